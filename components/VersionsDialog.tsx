/** What a message said before it was edited. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import {
  type ReadFailure,
  readVersions,
  type Version,
} from "../lib/client/room_reads.ts";
import { MessageBody } from "./MessageBody.tsx";
import { Modal } from "./Modal.tsx";
import { reasonOf, useWords } from "./words.ts";

/** Which message, and whom to tell. */
export interface VersionsDialogProps {
  room: string;
  message: string;
  onClose: () => void;
}

interface Found {
  versions: Version[];
  more: boolean;
}

/** All versions, the present one first. */
export function VersionsDialog(
  { room, message, onClose }: VersionsDialogProps,
): JSX.Element {
  const t = useWords();
  const [found, setFound] = useState<Found | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  useEffect(() => {
    readVersions(room, message).then(
      setFound,
      ({ code }: ReadFailure) => setFailure(code),
    );
  }, [room, message]);
  return (
    <Modal id="versions-title" title={t("versions.title")} onClose={onClose}>
      {found === null && (
        <p class="hint" role="status">
          {failure === null ? t("versions.loading") : reasonOf(t, failure)}
        </p>
      )}
      <ol class="versions">
        {found?.versions.map(({ at, body, mentions }, index) => (
          <li key={index}>
            <time dateTime={new Date(at).toISOString()}>{t.moment(at)}</time>
            {index === 0 && <small>{t("versions.now")}</small>}
            <MessageBody body={body} mentions={mentions} />
          </li>
        ))}
      </ol>
      {found?.more && <p class="hint">{t("versions.more")}</p>}
    </Modal>
  );
}

/** Sends one file to the server. */
import type { FileInfo } from "../../lib/protocol.ts";

/** Why a file was not uploaded: a code of the server, or `no_connection`. */
export class UploadFailure extends Error {
  /** What happened; `retry` says whether trying again may help. */
  constructor(readonly code: string) {
    super(code);
  }
}

/** An upload under way. */
export interface Upload {
  /** The file as the server has it; rejects with an {@link UploadFailure}. */
  done: Promise<FileInfo>;
  /** Gives it up: `done` never settles then. */
  cancel(): void;
}

/** Starts an upload; `onProgress` gets the part that is sent, from 0 to 1. */
export function startUpload(
  file: File,
  onProgress: (part: number) => void,
): Upload {
  // `fetch` doesn't tell how much is sent.
  const request = new XMLHttpRequest();
  const { promise, resolve, reject } = Promise.withResolvers<FileInfo>();
  request.open("POST", `/api/uploads?name=${encodeURIComponent(file.name)}`);
  request.responseType = "json";
  request.upload.onprogress = ({ loaded, total }) =>
    onProgress(total === 0 ? 1 : loaded / total);
  request.onerror = () => reject(new UploadFailure("no_connection"));
  request.onload = () => {
    const { file, error } = request.response ?? {};
    if (request.status === 201 && file) resolve(file);
    else reject(new UploadFailure(error?.code ?? "internal"));
  };
  // Without its own type: the server looks at the content.
  request.send(new Blob([file]));
  return { done: promise, cancel: () => request.abort() };
}

/** Tells the server that a file is not wanted any more; it would forget it in a day. */
export function forgetUpload(id: string): void {
  fetch(`/api/uploads/${id}`, { method: "DELETE" }).catch(() => {});
}

/** A form for a picture; scripts let one choose the square that is shown. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { useWords } from "../words.ts";

/** Pixels of the square as it is shown and sent; the server makes it smaller. */
const SIZE = 512;

/** Which square: how much larger than fitting, and where its middle is, 0 to 1. */
interface Crop {
  zoom: number;
  x: number;
  y: number;
}

const MIDDLE: Crop = { zoom: 1, x: 0.5, y: 0.5 };

/** The form, and below it the chosen picture with its sliders. */
export function PictureCrop({ action }: { action: string }): JSX.Element {
  const t = useWords();
  const [image, setImage] = useState<ImageBitmap | null>(null);
  const [crop, setCrop] = useState(MIDDLE);
  const [failed, setFailed] = useState(false);
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (image !== null) draw(canvas.current!, image, crop);
  }, [image, crop]);

  const choose = async (file: File | undefined) => {
    setCrop(MIDDLE);
    // What this browser can't show may still be one that the server can read.
    setImage(file ? await createImageBitmap(file).catch(() => null) : null);
  };
  const send = async (event: SubmitEvent) => {
    if (image === null) return;
    event.preventDefault();
    setFailed(!await upload(canvas.current!, action));
  };
  return (
    <form
      class="stack"
      method="post"
      action={action}
      encType="multipart/form-data"
      onSubmit={send}
    >
      <div class="field">
        <label for="picture">{t("account.picture_choose")}</label>
        <input
          id="picture"
          name="picture"
          type="file"
          accept="image/jpeg,image/png,image/webp"
          aria-describedby="picture-hint"
          required
          onChange={(event) => choose(event.currentTarget.files?.[0])}
        />
      </div>
      {image !== null && (
        <div class="crop">
          <canvas
            ref={canvas}
            width={SIZE}
            height={SIZE}
            role="img"
            aria-label={t("account.crop_preview")}
            onPointerDown={(event) =>
              event.currentTarget.setPointerCapture(event.pointerId)}
            onPointerMove={(event) => {
              if (event.buttons !== 1) return;
              setCrop(moved(crop, event, image));
            }}
          />
          <Slider
            label={t("account.crop_zoom")}
            value={crop.zoom}
            min={1}
            max={4}
            onInput={(zoom) => setCrop({ ...crop, zoom })}
          />
          <Slider
            label={t("account.crop_across")}
            value={crop.x}
            onInput={(x) => setCrop({ ...crop, x })}
          />
          <Slider
            label={t("account.crop_down")}
            value={crop.y}
            onInput={(y) => setCrop({ ...crop, y })}
          />
        </div>
      )}
      {failed && (
        <p class="field-error" role="alert">{t("error.bad_picture")}</p>
      )}
      <button type="submit" class="button primary">
        {t("account.picture_save")}
      </button>
    </form>
  );
}

interface SliderProps {
  label: string;
  value: number;
  min?: number;
  max?: number;
  onInput: (value: number) => void;
}

function Slider(props: SliderProps): JSX.Element {
  return (
    <label>
      <span>{props.label}</span>
      <input
        type="range"
        min={props.min ?? 0}
        max={props.max ?? 1}
        step="0.01"
        value={props.value}
        onInput={(event) => props.onInput(Number(event.currentTarget.value))}
      />
    </label>
  );
}

/** Pixels of the picture that the square covers. */
function sideOf(image: ImageBitmap, { zoom }: Crop): number {
  return Math.min(image.width, image.height) / zoom;
}

function draw(
  canvas: HTMLCanvasElement,
  image: ImageBitmap,
  crop: Crop,
): void {
  const side = sideOf(image, crop);
  const x = (image.width - side) * crop.x;
  const y = (image.height - side) * crop.y;
  const context = canvas.getContext("2d")!;
  context.clearRect(0, 0, SIZE, SIZE);
  context.drawImage(image, x, y, side, side, 0, 0, SIZE, SIZE);
}

/** The picture follows the finger. */
function moved(crop: Crop, event: PointerEvent, image: ImageBitmap): Crop {
  const shown = (event.currentTarget as HTMLElement).clientWidth;
  const side = sideOf(image, crop);
  const along = (place: number, movement: number, length: number) => {
    const free = length - side;
    if (free <= 0) return place;
    const pixels = movement / shown * side;
    return Math.min(1, Math.max(0, place - pixels / free));
  };
  return {
    ...crop,
    x: along(crop.x, event.movementX, image.width),
    y: along(crop.y, event.movementY, image.height),
  };
}

/** Sends the square as the form would, and shows the page with it. */
async function upload(
  canvas: HTMLCanvasElement,
  action: string,
): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<Blob | null>();
  canvas.toBlob(resolve, "image/png");
  const blob = await promise;
  if (blob === null) return false;
  const form = new FormData();
  form.set("picture", blob, "picture.png");
  const answer = await fetch(action, { method: "POST", body: form })
    .catch(() => null);
  if (!answer?.ok) return false;
  location.assign(answer.url);
  return true;
}

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { api } from "../../../api/api.ts";
import { Dialog } from "../../../components/dialog.tsx";
import { mediaOf } from "../../../lists/media.ts";
import { texts } from "../../../texts/texts.ts";

const words = texts.play;

interface Props {
  readonly id: string;
  readonly file: number;
  readonly path: string;
}

/**
 * The dialog that plays a video or audio file, even while it is being downloaded. When the user seeks, the pieces at
 * the new position are downloaded first.
 */
export function PlayDialog({ id, file, path }: Props): JSX.Element {
  const [hasFailed, setFailed] = useState(false);
  const name = path.split("/").at(-1) ?? path;
  const url = api.streamUrl(id, { index: file, path });
  const onError = (): void => setFailed(true);
  const links = (
    <>
      <a class="button wordy" href={url} target="_blank" rel="noreferrer">
        {words.file}
      </a>
      <a class="button wordy" href={api.playlistUrl(id)} download="">
        {words.playlist}
      </a>
    </>
  );
  return (
    <Dialog title={words.title(name)} size="large" aside={links}>
      {mediaOf(name) === "audio" ? (
        <audio controls autoplay src={url} aria-label={name} onError={onError} data-first />
      ) : (
        <video controls autoplay playsInline src={url} aria-label={name} onError={onError} data-first />
      )}
      <p class="failure" role="alert">
        {hasFailed ? words.failed : ""}
      </p>
    </Dialog>
  );
}

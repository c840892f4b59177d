import { type JSX, useMemo } from 'react';
import { showBlob } from './show-blob.ts';

/** Shows a photo, and takes another one from the file dialog or dropped on it. */
export function PhotoField({ photo, onChange }: { photo: File | null; onChange: (photo: File | null) => void }): JSX.Element {
  const show = useMemo(() => photo && showBlob(photo), [photo]);
  return (
    <>
      <div className="photo">
        {show ? <img ref={show} alt="The chosen avatar" /> : 'Drop a photo here or click to choose one'}
        {/* Lies invisibly over the whole area, so that a click, a drop and the keyboard need no code. */}
        <input type="file" accept="image/*" aria-label="Avatar photo" onChange={({ target }) => onChange(target.files?.[0] ?? null)} />
      </div>
      {photo && (
        <button type="button" onClick={() => onChange(null)}>
          Remove photo
        </button>
      )}
    </>
  );
}

/** Shows a Blob in an image while the image is on the page: a ref of React 19, and an attachment of Svelte 5. */
export function showBlob(blob: Blob): (image: HTMLImageElement | null) => () => void {
  return (image) => {
    const url = URL.createObjectURL(blob);
    if (image) image.src = url;
    return () => URL.revokeObjectURL(url);
  };
}

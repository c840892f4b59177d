// SQLite keeps texts as UTF-8, in which half a surrogate pair has no place. As bytes every string comes back as it was.

export function toBytes(text: string): Uint8Array {
  const units = new Uint16Array(text.length);
  for (let index = 0; index < text.length; index++) units[index] = text.charCodeAt(index);
  return new Uint8Array(units.buffer);
}

export function fromBytes(bytes: Uint8Array): string {
  // A copy, because the bytes of a row may begin at an odd place.
  const units = new Uint16Array(bytes.slice().buffer);
  let text = '';
  // In parts: an engine takes only so many arguments.
  for (let start = 0; start < units.length; start += 8_192) text += String.fromCharCode(...units.subarray(start, start + 8_192));
  return text;
}

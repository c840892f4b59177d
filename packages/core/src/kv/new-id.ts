const CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const LENGTH = 24;

/** 24 letters and digits, each of the 62 as likely as any other: 142 bits. */
export function newId(): string {
  let id = '';
  while (id.length < LENGTH)
    // 248 is the last multiple of 62: the bytes above it would make some characters more likely.
    for (const byte of crypto.getRandomValues(new Uint8Array(LENGTH))) if (byte < 248 && id.length < LENGTH) id += CHARACTERS[byte % 62];
  return id;
}

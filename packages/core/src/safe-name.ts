/**
 * A name that is safe wherever names are restricted: lower-case letters, digits, `_` and `-` as they are, every other byte of the
 * UTF-8 form as `=` and two hexadecimal digits. Injective, also where letter case does not count.
 */
export function safeName(key: string): string {
  return Array.from(new TextEncoder().encode(key), (byte) => {
    const character = String.fromCharCode(byte);
    return /[a-z0-9_-]/.test(character) ? character : `=${byte.toString(16).padStart(2, '0')}`;
  }).join('');
}

/** The key whose name this is. `undefined`: it is nobody's. */
export function keyOfSafeName(name: string): string | undefined {
  const bytes = Array.from(name.matchAll(/=([0-9a-f]{2})|(.)/gs), ([, hex, character]) =>
    hex ? Number.parseInt(hex, 16) : (character as string).charCodeAt(0),
  );
  const key = new TextDecoder().decode(Uint8Array.from(bytes));
  return safeName(key) === name ? key : undefined;
}

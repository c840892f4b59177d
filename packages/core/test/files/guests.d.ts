declare module '@micropython/micropython-webassembly-pyscript/micropython.mjs' {
  // biome-ignore lint/suspicious/noExplicitAny: the package has no types
  export function loadMicroPython(options?: object): Promise<any>;
}

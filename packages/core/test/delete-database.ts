/** Resolves once the database is gone: the next test file lives in the same origin. Waits for connections that neither close nor step aside. */
export function deleteDatabase(name: string): Promise<void> {
  return new Promise((done, failed) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = () => done();
    request.onerror = () => failed(request.error);
  });
}

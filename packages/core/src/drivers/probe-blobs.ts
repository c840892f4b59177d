import type { Connection } from './connection.ts';

/** Some engines refuse a Blob, and some complete the transaction and keep nothing: only reading one back tells. */
export async function probeBlobs(held: Connection): Promise<boolean> {
  const key = 'probe';
  try {
    await held.transact(['meta'], 'readwrite', (transaction) => {
      transaction.objectStore('meta').put(new Blob(['?']), key);
      return () => {};
    });
    const back = await held.transact(['meta'], 'readonly', (transaction) => {
      const request = transaction.objectStore('meta').get(key);
      return () => request.result;
    });
    return back instanceof Blob && (await back.text()) === '?';
  } catch {
    return false;
  }
}

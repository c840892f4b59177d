import type { PatchStorage, PatchUsage } from '@holdfast/core/guest';
import { type JSX, useEffect, useState } from 'react';

/** What each store of the patch holds, looked at now and then. */
export function Usage({ patch }: { patch: PatchStorage }): JSX.Element {
  const [stores, setStores] = useState<readonly PatchUsage[]>([]);
  useEffect(() => {
    const look = () => void patch.usage().then(setStores);
    look();
    const timer = setInterval(look, 2_000);
    return () => clearInterval(timer);
  }, [patch]);
  return (
    <section className="card" aria-labelledby="usage-title">
      <header>
        <h2 id="usage-title">What it holds</h2>
        <button type="button" className="danger" onClick={() => patch.clear()}>
          Empty the patch
        </button>
      </header>
      <table>
        <thead>
          <tr>
            <th scope="col">Store</th>
            <th scope="col">Keys</th>
            <th scope="col">Documents</th>
            <th scope="col">Bytes</th>
          </tr>
        </thead>
        <tbody>
          {stores.map(({ name, node, keys, documents, bytes }) => (
            <tr key={name ?? `node ${node}`}>
              <td>
                <code>{name ?? `node ${node}`}</code>
              </td>
              <td>{keys}</td>
              <td>{documents}</td>
              <td>{bytes.toLocaleString('en')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

import { formatBytes } from './describe.ts';
import { eventLog } from './event-log.ts';
import { store } from './state.ts';
import { followTabs } from './tabs.ts';
import { keyRow } from './what-is-where.ts';

const { theme, name, avatar, draft, panel, ballast } = store.keys;
const MORE_THAN_FITS = 6_000_000;

/** Fills the lower half of the front page: the table of keys, the figures, the two buttons and the log. */
export function showOverview(place: (id: string) => HTMLElement): void {
  const log = eventLog(place('log'));
  const inLocalStorage = [theme, ballast];
  const inIndexedDb = [name, avatar, draft, panel('photo'), panel('draft')];
  for (const key of inLocalStorage) place('keys').append(keyRow(key, 'localStorage'));
  for (const key of inIndexedDb) place('keys').append(keyRow(key, 'IndexedDB'));
  for (const key of [...inLocalStorage, ...inIndexedDb]) log.follow(key);
  store.onError((error, key) => log.note(key, error.code));

  followTabs((tabs) => {
    place('tabs').textContent = `${tabs}`;
    void showUsage();
  });

  async function showUsage(): Promise<void> {
    const { entries, usedBytes, quotaBytes } = await store.usage();
    place('entries').textContent = `${entries}`;
    if (usedBytes === undefined || quotaBytes === undefined) return;
    place('used').textContent = `${formatBytes(usedBytes)} of ${formatBytes(quotaBytes)}`;
  }

  place('overfill').onclick = () => ballast.set('x'.repeat(MORE_THAN_FITS));
  place('destroy').onclick = () => store.destroy();
}

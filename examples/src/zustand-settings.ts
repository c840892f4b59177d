import { create } from 'zustand';
import { store } from './state.ts';

const { theme, name, avatar, draft, panel } = store.keys;
const photoPanel = panel('photo');
const draftPanel = panel('draft');

function settings() {
  return {
    theme: theme.get(),
    name: name.get(),
    avatar: avatar.get(),
    draft: draft.get(),
    isDraftPending: draft.status.get().pending,
    photoPanel: photoPanel.get(),
    draftPanel: draftPanel.get(),
  };
}

/** The keys of the store as a zustand store. It reads from them and writes to them; nothing is kept twice. */
export const useSettings = create(() => ({
  ...settings(),
  setTheme: theme.set,
  setName: name.set,
  setAvatar: avatar.set,
  setDraft: draft.set,
  togglePhotoPanel: () => photoPanel.set((state) => (state === 'open' ? 'closed' : 'open')),
  toggleDraftPanel: () => draftPanel.set((state) => (state === 'open' ? 'closed' : 'open')),
}));

for (const key of [theme, name, avatar, draft, draft.status, photoPanel, draftPanel]) key.subscribe(() => useSettings.setState(settings()));

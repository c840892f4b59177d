import { vi } from 'vitest';

// vitest 5.1.0: the preview provider's click advances timers that nobody faked, and throws.
const advance = vi.advanceTimersByTimeAsync.bind(vi);
vi.advanceTimersByTimeAsync = (ms) => (vi.isFakeTimers() ? advance(ms) : Promise.resolve(vi));

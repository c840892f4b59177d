/** A sum of finite numbers that is rounded only when it is read, so that what was added can be taken away again. */
export interface ExactSum {
  add(value: number): void;
  value(): number;
}

/** Keeps parts that do not overlap and together are the sum, the smallest first (Shewchuk's algorithm). */
export function exactSum(): ExactSum {
  let parts: number[] = [];
  return {
    add(value) {
      const next: number[] = [];
      let rest = value;
      for (const part of parts) {
        const [large, small] = Math.abs(rest) < Math.abs(part) ? [part, rest] : [rest, part];
        rest = large + small;
        const error = small - (rest - large);
        if (error) next.push(error);
      }
      if (rest) next.push(rest);
      parts = next;
    },
    value() {
      let sum = 0;
      for (let at = parts.length - 1; at >= 0; at--) {
        const before = sum;
        const part = parts[at] as number;
        sum = before + part;
        const error = part - (sum - before);
        if (!error) continue;
        // Exactly half a step was rounded to even, though what is left lies on the other side.
        const next = at > 0 ? (parts[at - 1] as number) : 0;
        const twice = error * 2;
        return next * error > 0 && sum + twice - sum === twice ? sum + twice : sum;
      }
      return sum;
    },
  };
}

import { Refusal } from './limits.ts';

/**
 * Refuses what a page of another site sends with this site's cookies. Browsers say where a request comes from; what no browser
 * sends carries none of its cookies either.
 */
export function refuseForeign(request: Request, url: URL, origins: readonly string[]): void {
  const origin = request.headers.get('origin');
  if (origin !== null && origins.includes(origin)) return;
  const site = request.headers.get('sec-fetch-site');
  const isForeign =
    origin === null ? site === 'cross-site' || site === 'same-site' : hostOf(origin) !== (request.headers.get('host') ?? url.host);
  if (isForeign) throw new Refusal(403, 'DENIED', 'Cannot answer a page of another origin');
}

/** Of the schemes only the host is compared: a proxy ends TLS. A page without an origin says `null`. */
function hostOf(origin: string): string | undefined {
  try {
    return new URL(origin).host;
  } catch {
    return undefined;
  }
}

/** What lets pages of the named origins read the answer. */
export function corsHeaders(request: Request, origins: readonly string[]): Record<string, string> {
  const origin = request.headers.get('origin');
  if (origin === null || !origins.includes(origin)) return {};
  return {
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    'access-control-allow-methods': 'GET, HEAD, PUT, POST, DELETE',
    'access-control-allow-headers': 'authorization, content-type, if-match, if-none-match, last-event-id',
    'access-control-expose-headers': 'etag, retry-after',
    'access-control-max-age': '600',
  };
}

import { PlaywrightBrowserProvider, type PlaywrightProviderOptions, playwright } from '@vitest/browser-playwright';

/**
 * Vitest's Playwright provider for a stock Firefox (channel moz-firefox, WebDriver BiDi).
 * Over BiDi Playwright never learns the name of an iframe, so Vitest's own `page.frame('vitest-iframe')`
 * finds nothing and every click fails after a second; here the frame is found by its element.
 */
class StockFirefoxProvider extends PlaywrightBrowserProvider {
  override getCommandsContext(sessionId: string): ReturnType<PlaywrightBrowserProvider['getCommandsContext']> {
    const context = super.getCommandsContext(sessionId);
    const frame = async () => {
      const element = await context.page.locator('iframe[data-vitest="true"]').elementHandle();
      const found = await element?.contentFrame();
      if (!found) throw new Error('the test iframe is not there');
      return found;
    };
    return { ...context, frame };
  }
}

export function stockFirefox(options: PlaywrightProviderOptions): ReturnType<typeof playwright> {
  return { ...playwright(options), providerFactory: (project) => new StockFirefoxProvider(project, options) };
}

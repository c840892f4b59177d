/** What a server sends for `Page.svelte`, and what a browser starts from. */
export const PAGE_HTML =
  '<!--[--><p class="light" title="light">loading</p> <img src="light.png" alt=""/> <!--[-1--><em>light</em><!--]--> <!--ah1id2--><i>light</i><!----><!--]-->';

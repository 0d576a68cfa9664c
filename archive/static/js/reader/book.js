/* The publication that is read: where its parts are, and what the server tells of them. Each answer is
   asked for once; a failed question may be asked again. */

const MOST_STRETCHES = 20;
const MOST_WORDS_KEPT = 24;

async function json(address, signal) {
  const answer = await fetch(address, { signal, headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${answer.status}: ${address}`);
  return answer.json();
}

export class Book {
  #pagesAddress; #tilesAddress; #pages = null; #words = new Map();

  constructor(root) {
    this.id = root.dataset.publication;
    this.count = Number(root.dataset.count);
    this.viewer = root.dataset.viewer;
    this.#pagesAddress = root.dataset.pages;
    this.#tilesAddress = root.dataset.tiles;
  }

  address(page, query = "") {
    const kept = query ? `?${new URLSearchParams({ q: query })}` : "";
    return `/an-pham/${this.id}/trang/${page}${kept}`;
  }

  image(page, width) { return `/an-pham/${this.id}/trang/${page}/anh-${width}.webp`; }

  /* Where a page's picture can be asked for by regions, by the address of the page that came first. */
  tiles(page) { return this.#tilesAddress.replace(/\d+\/info\.json$/, `${page}/info.json`); }

  /* The page that an address leads to, with its query; null for any other address. */
  pageOf(address) {
    const url = new URL(address, location.href);
    const [, page] = url.pathname.match(new RegExp(`^/an-pham/${this.id}/trang/(\\d+)$`)) ?? [];
    const isPlain = url.origin === location.origin && !url.searchParams.has("xem");
    return page && isPlain ? { page: Number(page), query: url.searchParams.get("q") ?? "" } : null;
  }

  /* All pages in order: number, label, size of the large picture, whether it is there. */
  pages() {
    this.#pages ??= json(this.#pagesAddress)
      .then(({ pages }) => pages.map(([label, width, height, isDrawn], index) => ({
        number: index + 1,
        label: label || String(index + 1),
        width: width || 1200,
        height: height || 1697,
        isDrawn: Boolean(isDrawn),
      })))
      .catch((error) => { this.#pages = null; throw error; });
    return this.#pages;
  }

  /* Where the words of a page stand, and which of them the query marks. */
  words(page, query) {
    const asked = query ? `?${new URLSearchParams({ q: query })}` : "";
    const address = `/api/v1/publications/${this.id}/pages/${page}${asked}`;
    if (!this.#words.has(address)) {
      const answer = json(address).catch((error) => { this.#words.delete(address); throw error; });
      this.#words.set(address, answer);
      if (this.#words.size > MOST_WORDS_KEPT) this.#words.delete(this.#words.keys().next().value);
    }
    return this.#words.get(address);
  }

  /* The pages that answer, in their order, with the totals. The server gives a hundred at a time. */
  async find(query, signal) {
    const items = [];
    for (let stretch = 1; stretch <= MOST_STRETCHES; stretch += 1) {
      const asked = new URLSearchParams({ q: query, page: stretch });
      const found = await json(`/api/v1/publications/${this.id}/search?${asked}`, signal);
      items.push(...found.items);
      if (!found.items.length || items.length >= found.total_pages) {
        return { items, pages: found.total_pages, hits: found.total_hits };
      }
    }
    return { items, pages: items.length, hits: items.reduce((sum, item) => sum + item.hits, 0) };
  }
}

/* Which page is read and what is looked for. It stands in the address, and whoever shows something of
   it listens: "turn" when the page is another, "look" when the query is. */

export class Place extends EventTarget {
  #book;

  constructor(book, page, query) {
    super();
    this.#book = book;
    this.page = page;
    this.query = query;
    history.replaceState({ page, query }, "");
    addEventListener("popstate", (event) => {
      if (!event.state?.page) return;
      this.#become(event.state.page, event.state.query, "back");
    });
  }

  /* `how`: "step" to what lies beside it, "scroll" where the reader scrolled there, "jump" from
     elsewhere: only a jump is something to come back from. */
  turn(page, how = "jump", query = this.query) {
    const wanted = Math.min(Math.max(page, 1), this.#book.count);
    if (wanted === this.page && query === this.query) return;
    const address = this.#book.address(wanted, query);
    if (how === "jump") history.pushState({ page: wanted, query }, "", address);
    else history.replaceState({ page: wanted, query }, "", address);
    this.#become(wanted, query, how);
  }

  look(query) { this.turn(this.page, "jump", query); }

  #become(page, query, how) {
    const isOther = page !== this.page;
    const asksOther = query !== this.query;
    this.page = page;
    this.query = query;
    if (asksOther) this.dispatchEvent(new CustomEvent("look"));
    if (isOther) this.dispatchEvent(new CustomEvent("turn", { detail: { how } }));
    this.dispatchEvent(new CustomEvent("change"));
  }
}

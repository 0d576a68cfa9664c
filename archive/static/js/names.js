// Offers the names of the catalogue while a field is typed in: the last one of several between
// semicolons. Without it the field is filled by hand as before.
const WAIT_MS = 150;

for (const field of document.querySelectorAll("input[data-names]")) {
  const list = document.createElement("datalist");
  list.id = `${field.id}-ten`;
  field.after(list);
  field.setAttribute("list", list.id);
  field.autocomplete = "off";
  let timer = 0;
  let asked = "";
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => offer(field, list), WAIT_MS);
  });

  async function offer(input, options) {
    const before = input.value.slice(0, input.value.lastIndexOf(";") + 1);
    const typed = input.value.slice(before.length).trim();
    if (typed.length < 2 || typed === asked) return;
    asked = typed;
    const query = new URLSearchParams({ loai: input.dataset.names, q: typed });
    const answer = await fetch(`${input.dataset.namesUrl}?${query}`).catch(() => null);
    if (!answer?.ok || asked !== typed) return;
    const { items } = await answer.json();
    options.replaceChildren(
      ...items.map((item) => {
        const option = document.createElement("option");
        option.value = before ? `${before} ${item.name}` : item.name;
        option.label = item.label;
        return option;
      }),
    );
  }
}

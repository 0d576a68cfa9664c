/* In a field of several values the list offers what may follow the last semicolon; a browser alone
   would compare its list with all that was typed. */

for (const input of document.querySelectorAll("input[data-values]")) {
  const list = input.list;
  if (!list) continue;
  const choices = [...list.options].map((option) => option.value);
  const offer = () => {
    const cut = input.value.lastIndexOf(";") + 1;
    const before = cut ? `${input.value.slice(0, cut)} ` : "";
    const taken = new Set(input.value.slice(0, cut).split(";").map((value) => value.trim().toLowerCase()));
    list.replaceChildren(...choices.filter((choice) => !taken.has(choice.toLowerCase())).map((choice) => {
      const option = document.createElement("option");
      option.value = before + choice;
      return option;
    }));
  };
  input.addEventListener("input", offer);
  offer();
}

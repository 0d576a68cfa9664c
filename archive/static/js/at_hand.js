/* A browser that has met our typefaces shows a page in them from the start. */
try { if (localStorage.getItem("typefaces")) document.documentElement.dataset.typefaces = ""; } catch { /* nothing is kept here */ }

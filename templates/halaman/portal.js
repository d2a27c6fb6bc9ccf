// What the portal can do better with a script. Every page works without it.
"use strict";

// A button that prints the page: hidden where there is no script.
for (const button of document.querySelectorAll("[data-cetak]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// What is folded is printed too, and folded again.
let unfolded = [];
window.addEventListener("beforeprint", () => {
  unfolded = [...document.querySelectorAll("details:not([open])")];
  for (const folded of unfolded) folded.open = true;
});
window.addEventListener("afterprint", () => {
  for (const folded of unfolded) folded.open = false;
});

// A slider beside a field for a number with a decimal comma: each follows the other.
for (const slider of document.querySelectorAll("[data-geser]")) {
  const field = document.getElementById(slider.dataset.geser);
  slider.hidden = false;
  slider.addEventListener("input", () => (field.value = slider.value.replace(".", ",")));
  field.addEventListener("input", () => (slider.value = field.value.replace(",", ".")));
}

// What is waited for: the page is asked for again.
for (const waiting of document.querySelectorAll("[data-tunggu]")) {
  setTimeout(() => location.reload(), Number(waiting.dataset.tunggu));
}

// A log that grows: lines come from the address in `data-aliran`, and `selesai` ends them.
for (const log of document.querySelectorAll("[data-aliran]")) {
  const stream = new EventSource(log.dataset.aliran);
  stream.addEventListener("message", (event) => {
    const atEnd = log.scrollTop + log.clientHeight >= log.scrollHeight - 8;
    log.append(event.data + "\n");
    if (atEnd) log.scrollTop = log.scrollHeight;
  });
  stream.addEventListener("selesai", () => {
    stream.close();
    location.reload();
  });
}

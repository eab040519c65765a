/** A button on every example that copies it; without scripts the examples are still there to select. */

for (const example of document.querySelectorAll(".example")) {
  const text = example.textContent;
  const button = Object.assign(document.createElement("button"), { type: "button", className: "small", textContent: "Copy" });
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = "Copy"), 2000);
  });
  example.append(button);
}

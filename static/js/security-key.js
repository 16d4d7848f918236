// [data-security-key="create|get"]: asks the browser for a key with the options in #data-options, then sends its answer.
const from64 = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (char) => char.charCodeAt(0));
const to64 = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
const known = (list = []) => list.map((credential) => ({ ...credential, id: from64(credential.id) }));

function readable({ publicKey }) {
  const options = { ...publicKey, challenge: from64(publicKey.challenge) };
  if (options.user) options.user = { ...options.user, id: from64(options.user.id) };
  if (options.excludeCredentials) options.excludeCredentials = known(options.excludeCredentials);
  if (options.allowCredentials) options.allowCredentials = known(options.allowCredentials);
  return { publicKey: options };
}

function sendable(credential) {
  const fields = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const held = fields.filter((name) => credential.response[name]);
  return {
    id: credential.id,
    rawId: to64(credential.rawId),
    type: credential.type,
    response: Object.fromEntries(held.map((name) => [name, to64(credential.response[name])])),
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

function refuse(form) {
  form.dispatchEvent(new CustomEvent("toast", { bubbles: true, detail: { text: form.dataset.textFailed, tone: "danger" } }));
}

async function ask(form) {
  const options = JSON.parse(document.getElementById(form.dataset.options).textContent);
  const act = form.dataset.securityKey;
  const offered = options[act === "create" ? "creation_options" : "request_options"];
  try {
    const credential = await navigator.credentials[act](readable(offered));
    form.elements.credential.value = JSON.stringify(sendable(credential));
    form.submit();
  } catch {
    refuse(form); // cancelled, timed out, or no key of ours
  }
}

for (const form of document.querySelectorAll("[data-security-key]")) {
  form.hidden = !navigator.credentials;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask(form);
  });
}

// Says on the page that a passkey was refused or put away; allauth's scripts only tell the console.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  document.getElementById("passkey-failed").hidden = false;
});

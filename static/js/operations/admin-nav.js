// <admin-nav>: on a phone the administration's navigation is wider than the window; it opens at the page
// one is on.

class AdminNav extends HTMLElement {
  connectedCallback() {
    const nav = this.firstElementChild;
    const here = this.querySelector("[aria-current]");
    if (!nav || !(here instanceof HTMLElement)) return;
    nav.scrollLeft = here.offsetLeft - (nav.clientWidth - here.offsetWidth) / 2;
  }
}

customElements.define("admin-nav", AdminNav);

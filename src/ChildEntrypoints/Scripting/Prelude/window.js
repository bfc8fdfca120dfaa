// The window: timers, address, history, storage, and what says of itself that there is no screen.
(function ($, window) {
'use strict';
const { define } = $;
const document = window.document;

const callable = handler => typeof handler === 'function' ? handler : $.compile(String(handler));
define('setTimeout', (handler, delay = 0, ...rest) => { const run = callable(handler); return $.timer(() => run.apply(window, rest), +delay, false); });
define('setInterval', (handler, delay = 0, ...rest) => { const run = callable(handler); return $.timer(() => run.apply(window, rest), +delay, true); });
define('clearTimeout', number => $.clear(number | 0));
define('clearInterval', number => $.clear(number | 0));
define('setImmediate', (handler, ...rest) => $.task(() => handler(...rest)));
define('clearImmediate', number => $.clear(number | 0));
define('queueMicrotask', callback => { if (typeof callback !== 'function') throw new TypeError('The callback is not a function.'); $.microtask(callback); });
let frame = null, lastFrame = 0;
define('requestAnimationFrame', callback => {
  const number = ++lastFrame;
  if (!frame) {
    frame = new Map();
    $.task(() => { const callbacks = frame; frame = null; const now = $.now(); for (const run of callbacks.values()) try { run(now); } catch (error) { $.report(error); } }, 16);
  }
  frame.set(number, callback);
  return number;
});
define('cancelAnimationFrame', number => { frame?.delete(number); });
define('requestIdleCallback', callback => $.task(() => callback({ didTimeout: false, timeRemaining: () => 50 }), 1));
define('cancelIdleCallback', number => $.clear(number | 0));
define('reportError', error => $.report(error));

class Performance extends EventTarget {
  now() { return $.now(); }
  get timeOrigin() { return Date.now() - $.now(); }
  get timing() { const start = Math.round(this.timeOrigin); return { navigationStart: start, fetchStart: start, responseEnd: start, domLoading: start, domInteractive: start, domContentLoadedEventEnd: start, loadEventEnd: start }; }
  mark(name) { return { name, entryType: 'mark', startTime: $.now(), duration: 0 }; }
  measure(name) { return { name, entryType: 'measure', startTime: $.now(), duration: 0 }; }
  clearMarks() { } clearMeasures() { } getEntries() { return []; } getEntriesByName() { return []; } getEntriesByType() { return []; }
}
define('Performance', Performance);
define('performance', new Performance());

class MessagePort extends EventTarget {
  #other; #closed = false;
  static join(a, b) { a.#other = b; b.#other = a; }
  postMessage(data) { const to = this.#other, copy = $.clone(data); $.task(() => { if (!to.#closed) $.fire(to, 'message', { data: copy, ports: [] }); }); }
  start() { } close() { this.#closed = true; }
}
const join = MessagePort.join; delete MessagePort.join;
$.handlers(MessagePort.prototype, 'message messageerror');
define('MessagePort', MessagePort);
define('MessageChannel', class MessageChannel { constructor() { this.port1 = new MessagePort(); this.port2 = new MessagePort(); join(this.port1, this.port2); } });
define('BroadcastChannel', class BroadcastChannel extends EventTarget { constructor(name) { super(); this.name = name; } postMessage() { } close() { } });
define('postMessage', data => { const copy = $.clone(data); $.task(() => $.fire(window, 'message', { data: copy, origin: $.part('origin'), source: window, ports: [] })); });

class Location { toString() { return $.here(); } assign(url) { $.navigate(String(url)); } replace(url) { $.navigate(String(url), true); } reload() { $.reload(); } }
const location = new Location();
for (const part of ['href', 'protocol', 'host', 'hostname', 'port', 'pathname', 'search', 'hash', 'origin'])
  Object.defineProperty(Location.prototype, part, {
    get() { return $.part(part); },
    set(value) { if (part === 'href') $.navigate(String(value)); else if (part !== 'origin') { const url = new URL($.here()); url[part] = value; $.navigate(url.href); } }, enumerable: true, configurable: true });
define('Location', Location);
Object.defineProperty(window, 'location', { get: () => location, set: value => $.navigate(String(value)), enumerable: true, configurable: false });
Object.defineProperty(window, 'origin', { get: () => $.part('origin'), enumerable: true, configurable: true });
$.parts.hashChanged = (oldURL, newURL) => $.fire(window, 'hashchange', { oldURL, newURL });

const entries = [{ state: null, url: $.here() }]; let at = 0;
const move = (state, url, replace) => {
  if (url !== undefined && url !== null) {
    const target = new URL(String(url), document.baseURI);
    if (target.origin !== $.part('origin')) throw new DOMException(`A history state object with URL '${target.href}' cannot be created in a document with origin '${$.part('origin')}'.`, 'SecurityError');
    $.setHere(target.href);
  }
  const entry = { state: $.clone(state), url: $.here() };
  if (replace) entries[at] = entry; else { entries.length = ++at; entries.push(entry); }
};
class History {
  scrollRestoration = 'auto';
  get length() { return entries.length; }
  get state() { return entries[at].state; }
  pushState(state, _, url) { move(state, url, false); }
  replaceState(state, _, url) { move(state, url, true); }
  go(by = 0) { $.task(() => { if (by === 0 || !entries[at + by]) return; at += by; $.setHere(entries[at].url); $.fire(window, 'popstate', { state: entries[at].state }); }); }
  back() { this.go(-1); } forward() { this.go(1); }
}
define('History', History);
define('history', new History());

const storage = local => new Proxy(Object.create(Storage.prototype), {
  get(self, key) { return typeof key !== 'string' ? Reflect.get(self, key) : key === 'length' ? $.storageKeys(local).length : key in Storage.prototype ? bound(local)[key] ?? Reflect.get(self, key) : $.storageGet(local, key) ?? undefined; },
  set(_, key, value) { $.storageSet(local, String(key), String(value)); return true; },
  has(self, key) { return key in Storage.prototype || $.storageGet(local, String(key)) !== null; },
  deleteProperty(_, key) { $.storageRemove(local, String(key)); return true; },
  ownKeys() { return $.storageKeys(local); },
  getOwnPropertyDescriptor(_, key) { const value = typeof key === 'string' ? $.storageGet(local, key) : null; return value === null ? undefined : { value, writable: true, enumerable: true, configurable: true }; },
});
const bounds = new Map();
const bound = local => {
  if (!bounds.has(local)) bounds.set(local, {
    getItem: key => $.storageGet(local, String(key)), setItem: (key, value) => $.storageSet(local, String(key), String(value)), removeItem: key => $.storageRemove(local, String(key)),
    clear: () => $.storageClear(local), key: index => $.storageKeys(local)[index] ?? null });
  return bounds.get(local);
};
class Storage { getItem() { } setItem() { } removeItem() { } clear() { } key() { } get length() { return 0; } }
define('Storage', Storage);
define('localStorage', storage(true));
define('sessionStorage', storage(false));

const navigator = {
  userAgent: 'Mozilla/5.0 (X11; Linux x86_64) ActorBrowser', appName: 'Netscape', appVersion: '5.0 (X11; Linux x86_64) ActorBrowser', appCodeName: 'Mozilla', product: 'Gecko', platform: 'Linux x86_64', vendor: '',
  language: 'en', languages: Object.freeze(['en']), onLine: true, cookieEnabled: true, doNotTrack: null, hardwareConcurrency: 1, maxTouchPoints: 0, webdriver: true, plugins: [], mimeTypes: [], pdfViewerEnabled: false,
  javaEnabled: () => false, sendBeacon: () => false, vibrate: () => false,
};
define('Navigator', class Navigator { });
Object.setPrototypeOf(navigator, window.Navigator.prototype);
define('navigator', navigator);
define('clientInformation', navigator);
define('screen', { width: 1280, height: 720, availWidth: 1280, availHeight: 720, availTop: 0, availLeft: 0, colorDepth: 24, pixelDepth: 24, orientation: { type: 'landscape-primary', angle: 0, addEventListener() { }, removeEventListener() { } } });
for (const [name, value] of Object.entries({ innerWidth: 1280, innerHeight: 720, outerWidth: 1280, outerHeight: 720, devicePixelRatio: 1, screenX: 0, screenY: 0, screenLeft: 0, screenTop: 0, scrollX: 0, scrollY: 0, pageXOffset: 0, pageYOffset: 0, name: '', closed: false, length: 0, opener: null, frameElement: null, isSecureContext: $.part('protocol') === 'https:', status: '', event: undefined }))
  define(name, value);
for (const name of ['scroll', 'scrollTo', 'scrollBy', 'focus', 'blur', 'print', 'stop', 'close', 'moveTo', 'moveBy', 'resizeTo', 'resizeBy', 'alert']) define(name, () => { });
define('confirm', () => false);
define('prompt', () => null);
define('open', () => null);
define('getSelection', () => document.getSelection());
define('getComputedStyle', element => $.style(element));

class MediaQueryList extends EventTarget {
  constructor(media) { super(); this.media = media; this.matches = matches(media); }
  addListener(listener) { this.addEventListener('change', listener); } removeListener(listener) { this.removeEventListener('change', listener); }
}
$.handlers(MediaQueryList.prototype, 'change');
const matches = media => media.split(',').some(query => {
  const wanted = query.trim().toLowerCase();
  if (/^not\b/.test(wanted) || /^print/.test(wanted)) return false;
  return (wanted.match(/\([^()]*\)/g) ?? []).every(feature => {
    const [, name, value] = /^\(\s*([\w-]+)\s*(?::\s*(.*?)\s*)?\)$/.exec(feature) ?? [];
    const pixels = value && (/em$/.test(value) ? parseFloat(value) * 16 : parseFloat(value));
    switch (name) {
      case 'min-width': return 1280 >= pixels; case 'max-width': return 1280 <= pixels; case 'min-height': return 720 >= pixels; case 'max-height': return 720 <= pixels;
      case 'orientation': return value === 'landscape'; case 'prefers-color-scheme': return value === 'light'; case 'prefers-reduced-motion': return value === 'no-preference'; case 'hover': case 'any-hover': return value === 'hover'; case 'pointer': case 'any-pointer': return value === 'fine';
      default: return false;
    }
  });
});
define('MediaQueryList', MediaQueryList);
define('matchMedia', media => new MediaQueryList(String(media)));

const waiting = new Map();
define('CustomElementRegistry', class CustomElementRegistry {
  define(name, constructor) { $.defineElement(String(name), constructor); waiting.get(name)?.resolve(constructor); waiting.delete(name); }
  get(name) { return $.elementOf(String(name)); }
  whenDefined(name) { if ($.elementOf(name)) return Promise.resolve($.elementOf(name)); if (!waiting.has(name)) waiting.set(name, Promise.withResolvers()); return waiting.get(name).promise; }
  upgrade(root) { $.upgrade(root); }
});
define('customElements', new window.CustomElementRegistry());

define('CSS', { escape: value => String(value).replace(/[\0-\x1f\x7f]|^-?\d|^-$|[^\x80-\uFFFF\w-]/g, (c, index) => c === '\0' ? '\uFFFD' : /[\0-\x1f\x7f]|\d/.test(c) ? (c.length > 1 ? '-' : '') + '\\' + c.charCodeAt(c.length - 1).toString(16) + ' ' : '\\' + c), supports: () => false });
})

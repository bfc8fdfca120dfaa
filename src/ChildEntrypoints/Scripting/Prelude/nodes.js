// Walks, ranges, observers and parsers, over the tree.
(function ($, window) {
'use strict';
const { define, parts } = $;
const document = window.document;

define('NodeFilter', Object.assign(function NodeFilter() { throw new TypeError('Illegal constructor'); }, { FILTER_ACCEPT: 1, FILTER_REJECT: 2, FILTER_SKIP: 3, SHOW_ALL: 0xFFFFFFFF, SHOW_ELEMENT: 1, SHOW_ATTRIBUTE: 2, SHOW_TEXT: 4, SHOW_CDATA_SECTION: 8, SHOW_PROCESSING_INSTRUCTION: 64, SHOW_COMMENT: 128, SHOW_DOCUMENT: 256, SHOW_DOCUMENT_TYPE: 512, SHOW_DOCUMENT_FRAGMENT: 1024 }));
const accepts = (node, what, filter) => (what >>> (node.nodeType - 1) & 1) === 0 ? 3 : !filter ? 1 : typeof filter === 'function' ? filter(node) : filter.acceptNode(node);
const following = (node, root, inside = true) => {
  if (inside && node.firstChild) return node.firstChild;
  for (; node && node !== root; node = node.parentNode) if (node.nextSibling) return node.nextSibling;
  return null;
};
class TreeWalker {
  constructor(root, whatToShow = 0xFFFFFFFF, filter = null) { this.root = this.currentNode = root; this.whatToShow = whatToShow >>> 0; this.filter = filter; }
  #test(node) { return accepts(node, this.whatToShow, this.filter); }
  parentNode() { for (let node = this.currentNode; node && node !== this.root;) { node = node.parentNode; if (node && this.#test(node) === 1) return this.currentNode = node; } return null; }
  #child(first) {
    let node = first ? this.currentNode.firstChild : this.currentNode.lastChild;
    while (node) {
      const verdict = this.#test(node);
      if (verdict === 1) return this.currentNode = node;
      const inner = verdict === 3 ? first ? node.firstChild : node.lastChild : null;
      if (inner) { node = inner; continue; }
      for (;;) {
        const sibling = first ? node.nextSibling : node.previousSibling;
        if (sibling) { node = sibling; break; }
        node = node.parentNode;
        if (!node || node === this.root || node === this.currentNode) return null;
      }
    }
    return null;
  }
  firstChild() { return this.#child(true); } lastChild() { return this.#child(false); }
  #sibling(next) {
    let node = this.currentNode;
    if (node === this.root) return null;
    for (;;) {
      let sibling = next ? node.nextSibling : node.previousSibling;
      while (sibling) {
        node = sibling;
        const verdict = this.#test(node);
        if (verdict === 1) return this.currentNode = node;
        sibling = verdict === 2 ? null : next ? node.firstChild : node.lastChild;
        if (!sibling) sibling = next ? node.nextSibling : node.previousSibling;
      }
      node = node.parentNode;
      if (!node || node === this.root || this.#test(node) === 1) return null;
    }
  }
  nextSibling() { return this.#sibling(true); } previousSibling() { return this.#sibling(false); }
  nextNode() {
    let node = this.currentNode, verdict = 1;
    for (;;) {
      node = following(node, this.root, verdict !== 2);
      if (!node) return null;
      verdict = this.#test(node);
      if (verdict === 1) return this.currentNode = node;
    }
  }
  previousNode() {
    let node = this.currentNode;
    while (node !== this.root) {
      let sibling = node.previousSibling;
      while (sibling) {
        node = sibling;
        let verdict = this.#test(node);
        while (verdict !== 2 && node.lastChild) { node = node.lastChild; verdict = this.#test(node); }
        if (verdict === 1) return this.currentNode = node;
        sibling = node.previousSibling;
      }
      if (node === this.root || !node.parentNode) return null;
      node = node.parentNode;
      if (this.#test(node) === 1) return this.currentNode = node;
    }
    return null;
  }
}
define('TreeWalker', TreeWalker);
parts.TreeWalker = (...given) => new TreeWalker(...given);
class NodeIterator {
  #all = null; #at = 0;
  constructor(root, whatToShow = 0xFFFFFFFF, filter = null) { this.root = this.referenceNode = root; this.whatToShow = whatToShow >>> 0; this.filter = filter; this.pointerBeforeReferenceNode = true; }
  nextNode() {
    let node = this.referenceNode, before = this.pointerBeforeReferenceNode;
    for (;;) {
      if (before) before = false; else node = following(node, this.root);
      if (!node) return null;
      if (accepts(node, this.whatToShow, this.filter) === 1) { this.referenceNode = node; this.pointerBeforeReferenceNode = false; return node; }
    }
  }
  previousNode() {
    let node = this.referenceNode, before = this.pointerBeforeReferenceNode;
    for (;;) {
      if (!before) before = true;
      else { if (node === this.root) return null; let previous = node.previousSibling; if (previous) { while (previous.lastChild) previous = previous.lastChild; node = previous; } else node = node.parentNode; }
      if (!node) return null;
      if (accepts(node, this.whatToShow, this.filter) === 1) { this.referenceNode = node; this.pointerBeforeReferenceNode = true; return node; }
    }
  }
  detach() { }
}
define('NodeIterator', NodeIterator);
parts.NodeIterator = (...given) => new NodeIterator(...given);

class DOMRectReadOnly {
  constructor(x = 0, y = 0, width = 0, height = 0) { Object.assign(this, { x, y, width, height, top: y, left: x, right: x + width, bottom: y + height }); }
  toJSON() { return { ...this }; }
}
class DOMRect extends DOMRectReadOnly { }
define('DOMRectReadOnly', DOMRectReadOnly);
define('DOMRect', DOMRect);
parts.DOMRect = () => new DOMRect();

const indexOf = node => Array.prototype.indexOf.call(node.parentNode.childNodes, node);
const lengthOf = node => node.nodeType === 3 || node.nodeType === 8 ? node.data.length : node.childNodes.length;
class Range {
  constructor() { this.startContainer = this.endContainer = document; this.startOffset = this.endOffset = 0; }
  get collapsed() { return this.startContainer === this.endContainer && this.startOffset === this.endOffset; }
  get commonAncestorContainer() { let node = this.startContainer; while (!node.contains(this.endContainer)) node = node.parentNode; return node; }
  setStart(node, offset) { this.startContainer = node; this.startOffset = offset; if (!node.getRootNode().contains(this.endContainer) || this.endContainer === document) { this.endContainer = node; this.endOffset = offset; } }
  setEnd(node, offset) { this.endContainer = node; this.endOffset = offset; if (this.startContainer === document && node !== document) { this.startContainer = node; this.startOffset = offset; } }
  setStartBefore(node) { this.setStart(node.parentNode, indexOf(node)); } setStartAfter(node) { this.setStart(node.parentNode, indexOf(node) + 1); }
  setEndBefore(node) { this.setEnd(node.parentNode, indexOf(node)); } setEndAfter(node) { this.setEnd(node.parentNode, indexOf(node) + 1); }
  selectNode(node) { this.startContainer = this.endContainer = node.parentNode; this.startOffset = indexOf(node); this.endOffset = this.startOffset + 1; }
  selectNodeContents(node) { this.startContainer = this.endContainer = node; this.startOffset = 0; this.endOffset = lengthOf(node); }
  collapse(toStart) { if (toStart) { this.endContainer = this.startContainer; this.endOffset = this.startOffset; } else { this.startContainer = this.endContainer; this.startOffset = this.endOffset; } }
  cloneRange() { return Object.assign(new Range(), this); }
  #work(take, copy) {
    const into = document.createDocumentFragment(), { startContainer: start, endContainer: end, startOffset, endOffset } = this;
    const text = node => node.nodeType === 3 || node.nodeType === 8;
    if (start === end && text(start)) {
      if (copy) { const part = start.cloneNode(); part.data = start.data.slice(startOffset, endOffset); into.append(part); }
      if (take) start.deleteData(startOffset, endOffset - startOffset);
    } else if (start === end) {
      for (const node of [...start.childNodes].slice(startOffset, endOffset)) { if (copy) into.append(take ? node : node.cloneNode(true)); else node.remove(); }
    } else {
      const top = this.commonAncestorContainer, walk = (node, parent) => {
        for (const child of [...node.childNodes]) {
          const afterStart = child.contains(start) ? 0 : child.compareDocumentPosition(start) & 2 || (start.contains(child) && indexOf(child) >= startOffset) ? 1 : -1;
          const beforeEnd = child.contains(end) ? 0 : child.compareDocumentPosition(end) & 4 && !end.contains(child) || (end.contains(child) && child.parentNode === end && indexOf(child) < endOffset) ? 1 : -1;
          if (afterStart < 0 || beforeEnd < 0) continue;
          if (afterStart > 0 && beforeEnd > 0) { if (copy) parent.append(take ? child : child.cloneNode(true)); else child.remove(); continue; }
          if (text(child)) { const from = child === start ? startOffset : 0, to = child === end ? endOffset : child.data.length; if (copy) { const part = child.cloneNode(); part.data = child.data.slice(from, to); parent.append(part); } if (take) child.deleteData(from, to - from); continue; }
          const made = copy ? child.cloneNode(false) : null;
          if (copy) parent.append(made);
          walk(child, made);
        }
      };
      walk(top, into);
    }
    if (take) this.collapse(true);
    return into;
  }
  deleteContents() { this.#work(true, false); } extractContents() { return this.#work(true, true); } cloneContents() { return this.#work(false, true); }
  insertNode(node) {
    const at = this.startContainer;
    if (at.nodeType === 3) { const rest = at.splitText(this.startOffset); rest.parentNode.insertBefore(node, rest); } else at.insertBefore(node, at.childNodes[this.startOffset] ?? null);
  }
  surroundContents(node) { node.append(this.extractContents()); this.insertNode(node); this.selectNode(node); }
  createContextualFragment(html) { const template = document.createElement('template'); template.innerHTML = html; const made = document.createDocumentFragment(); made.append(...[...template.content.childNodes].map(node => document.importNode(node, true))); return made; }
  toString() { return this.cloneContents().textContent; }
  getBoundingClientRect() { return new DOMRect(); } getClientRects() { return []; } detach() { }
}
define('Range', Range);
parts.Range = () => new Range();
const ranges = [];
parts.selection = {
  get rangeCount() { return ranges.length; }, get isCollapsed() { return !ranges[0] || ranges[0].collapsed; }, get type() { return ranges[0] ? ranges[0].collapsed ? 'Caret' : 'Range' : 'None'; },
  get anchorNode() { return ranges[0]?.startContainer ?? null; }, get anchorOffset() { return ranges[0]?.startOffset ?? 0; }, get focusNode() { return ranges[0]?.endContainer ?? null; }, get focusOffset() { return ranges[0]?.endOffset ?? 0; },
  getRangeAt(index) { return ranges[index]; }, addRange(range) { if (!ranges.length) ranges.push(range); }, removeAllRanges() { ranges.length = 0; }, empty() { ranges.length = 0; }, removeRange(range) { if (ranges[0] === range) ranges.length = 0; },
  collapse(node, offset = 0) { ranges.length = 0; if (node) { const range = new Range(); range.setStart(node, offset); range.setEnd(node, offset); ranges.push(range); } },
  selectAllChildren(node) { ranges.length = 0; const range = new Range(); range.selectNodeContents(node); ranges.push(range); }, containsNode() { return false; }, toString() { return ranges[0]?.toString() ?? ''; },
};

// Everything is in view, once; nothing has a size.
const observer = entry => class {
  #callback; #targets = new Set();
  constructor(callback) { this.#callback = callback; this.root = null; this.rootMargin = '0px'; this.thresholds = [0]; }
  observe(target) { if (this.#targets.has(target)) return; this.#targets.add(target); $.task(() => { if (this.#targets.has(target)) this.#callback([entry(target)], this); }); }
  unobserve(target) { this.#targets.delete(target); } disconnect() { this.#targets.clear(); } takeRecords() { return []; }
};
define('IntersectionObserver', observer(target => ({ target, isIntersecting: true, intersectionRatio: 1, time: $.now(), boundingClientRect: new DOMRect(), intersectionRect: new DOMRect(), rootBounds: new DOMRect() })));
define('ResizeObserver', observer(target => ({ target, contentRect: new DOMRect(), borderBoxSize: [{ inlineSize: 0, blockSize: 0 }], contentBoxSize: [{ inlineSize: 0, blockSize: 0 }], devicePixelContentBoxSize: [{ inlineSize: 0, blockSize: 0 }] })));
define('PerformanceObserver', class PerformanceObserver { static supportedEntryTypes = []; observe() { } disconnect() { } takeRecords() { return []; } });

define('DOMParser', class DOMParser { parseFromString(text) { return $.html(String(text)); } });
define('XMLSerializer', class XMLSerializer { serializeToString(node) { return $.outer(node); } });
parts.implementation = {
  createHTMLDocument: (title = '') => { const made = $.html('<!DOCTYPE html><html><head><title></title></head><body></body></html>'); made.title = title; return made; },
  createDocument: () => $.html(''), hasFeature: () => true,
};
parts.fonts = { ready: Promise.resolve(), status: 'loaded', load: () => Promise.resolve([]), check: () => true, addEventListener() { }, removeEventListener() { } };
parts.timeline = { get currentTime() { return $.now(); } };
define('Image', function Image(width, height) { const image = document.createElement('img'); if (width !== undefined) image.width = width; if (height !== undefined) image.height = height; return image; });
window.Image.prototype = window.HTMLImageElement.prototype;
define('Option', function Option(text, value, selected) { const option = document.createElement('option'); if (text !== undefined) option.text = text; if (value !== undefined) option.value = value; if (selected) option.setAttribute('selected', ''); return option; });
window.Option.prototype = window.HTMLOptionElement.prototype;

// Of XPath only the descendants that have an attribute whose name begins with one of some texts: what htmx asks for.
const compile = expression => {
  const found = /^\.\/\/\*\[@\*\[\s*((?:starts-with\(name\(\),\s*"[^"]*"\)(?:\s+or\s+)?)+)\s*\]\]$/.exec(expression.trim());
  if (!found) throw new DOMException(`The XPath expression '${expression.slice(0, 200)}' is not supported here.`, 'NotSupportedError');
  const starts = [...found[1].matchAll(/"([^"]*)"/g)].map(match => match[1]);
  return context => [...context.querySelectorAll('*')].filter(element => element.getAttributeNames().some(name => starts.some(start => name.startsWith(start))));
};
const result = nodes => { let at = 0; return { resultType: 4, invalidIteratorState: false, snapshotLength: nodes.length, singleNodeValue: nodes[0] ?? null, iterateNext: () => nodes[at++] ?? null, snapshotItem: index => nodes[index] ?? null }; };
define('XPathEvaluator', class XPathEvaluator {
  createExpression(expression) { const find = compile(String(expression)); return { evaluate: context => result(find(context)) }; }
  evaluate(expression, context) { return result(compile(String(expression))(context)); }
});
define('XPathResult', { ANY_TYPE: 0, NUMBER_TYPE: 1, STRING_TYPE: 2, BOOLEAN_TYPE: 3, UNORDERED_NODE_ITERATOR_TYPE: 4, ORDERED_NODE_ITERATOR_TYPE: 5, UNORDERED_NODE_SNAPSHOT_TYPE: 6, ORDERED_NODE_SNAPSHOT_TYPE: 7, ANY_UNORDERED_NODE_TYPE: 8, FIRST_ORDERED_NODE_TYPE: 9 });
parts.XPathExpression = expression => new window.XPathEvaluator().createExpression(expression);
parts.XPathResult = (expression, context) => new window.XPathEvaluator().evaluate(expression, context);
})

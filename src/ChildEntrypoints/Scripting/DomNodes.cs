using AngleSharp.Dom;
using Jint;
using Jint.Native;
using Jint.Runtime;

namespace ActorBrowser.ChildEntrypoints.Scripting;

/// <summary>Node, its texts, and what parents and children have in common.</summary>
internal static class DomNodes
{
    internal static void Define(PageRealm realm)
    {
        realm.Define("Node", "EventTarget", node =>
        {
            DefineTraversal(realm, node);
            DefineChanges(realm, node);
        });
        realm.Define("CharacterData", "Node", data =>
        {
            data.Get<ICharacterData>("data", static node => node.Data, (node, value) => realm.Tree.SetText(node, TextOrEmpty(value)))
                .Get<ICharacterData>("length", static node => node.Length)
                .Method<ICharacterData>("substringData", 2, (node, arguments) => node.Substring(TypeConverter.ToInt32(arguments[0]), TypeConverter.ToInt32(arguments[1])))
                .Method<ICharacterData>("appendData", 1, (node, arguments) => Change(realm, node, node.Data + realm.Text(arguments, 0)))
                .Method<ICharacterData>("insertData", 2, (node, arguments) => Change(realm, node, node.Data.Insert(Offset(realm, node, arguments[0]), realm.Text(arguments, 1))))
                .Method<ICharacterData>("deleteData", 2, (node, arguments) => Replace(realm, node, arguments, ""))
                .Method<ICharacterData>("replaceData", 3, (node, arguments) => Replace(realm, node, arguments, realm.Text(arguments, 2)));
            DefineChild(realm, data);
        });
        realm.Define("Text", "CharacterData", text => text
            .Get<IText>("wholeText", static node => node.Text)
            .Method<IText>("splitText", 1, (node, arguments) =>
            {
                var at = Offset(realm, node, PageRealm.At(arguments, 0));
                var rest = realm.Document.CreateTextNode(node.Data[at..]);
                if (node.Parent is { } parent)
                    realm.Tree.Insert(parent, rest, node.NextSibling);
                realm.Tree.SetText(node, node.Data[..at]);
                return realm.Wrap(rest);
            }), (arguments, _) => (JsNode)realm.Wrap(realm.Document.CreateTextNode(arguments.Length > 0 ? realm.Text(arguments, 0) : "")));
        realm.Define("Comment", "CharacterData", static _ => { }, (arguments, _) => (JsNode)realm.Wrap(realm.Document.CreateComment(arguments.Length > 0 ? realm.Text(arguments, 0) : "")));
        realm.Define("DocumentType", "Node", type =>
        {
            type.Get<IDocumentType>("name", static node => node.Name).Get<IDocumentType>("publicId", static node => node.PublicIdentifier ?? "").Get<IDocumentType>("systemId", static node => node.SystemIdentifier ?? "");
            DefineChild(realm, type);
        });
        realm.Define("DocumentFragment", "Node", fragment =>
        {
            DefineParent(realm, fragment);
            fragment.Method<IDocumentFragment>("getElementById", 1, (node, arguments) => realm.Wrap(ById(node, realm.Text(arguments, 0))));
        }, (_, _) => (JsNode)realm.Wrap(realm.Document.CreateDocumentFragment()));
        realm.Define("ShadowRoot", "DocumentFragment", static _ => { });
    }

    /// <summary>What parents have: children and selectors.</summary>
    internal static void DefineParent(PageRealm realm, DomInterface parent) => parent
        .Get<INode>("children", node => ((JsNode)realm.Wrap(node)).Part("children", () => realm.Collection(() => [.. node.ChildNodes.OfType<IElement>()])))
        .Get<INode>("firstElementChild", node => realm.Wrap(node.ChildNodes.OfType<IElement>().FirstOrDefault()))
        .Get<INode>("lastElementChild", node => realm.Wrap(node.ChildNodes.OfType<IElement>().LastOrDefault()))
        .Get<INode>("childElementCount", node => node.ChildNodes.OfType<IElement>().Count())
        .Method<INode>("querySelector", 1, (node, arguments) => realm.Wrap(Selectors.First(realm, node, realm.Text(arguments, 0))))
        .Method<INode>("querySelectorAll", 1, (node, arguments) => realm.List(Selectors.All(realm, node, realm.Text(arguments, 0))))
        .Method<INode>("append", 0, (node, arguments) => InsertAll(realm, node, arguments, null))
        .Method<INode>("prepend", 0, (node, arguments) => InsertAll(realm, node, arguments, node.FirstChild))
        .Method<INode>("replaceChildren", 0, (node, arguments) =>
        {
            realm.Tree.ReplaceAll(node, null);
            return InsertAll(realm, node, arguments, null);
        });

    /// <summary>What children have.</summary>
    internal static void DefineChild(PageRealm realm, DomInterface child) => child
        .Method<INode>("remove", 0, (node, _) =>
        {
            realm.Tree.Remove(node);
            return JsValue.Undefined;
        })
        .Method<INode>("before", 0, (node, arguments) => node.Parent is { } parent ? InsertAll(realm, parent, arguments, node) : JsValue.Undefined)
        .Method<INode>("after", 0, (node, arguments) => node.Parent is { } parent ? InsertAll(realm, parent, arguments, Sibling(realm, node, 1, static _ => true)) : JsValue.Undefined)
        .Method<INode>("replaceWith", 0, (node, arguments) =>
        {
            if (node.Parent is not { } parent)
                return JsValue.Undefined;
            InsertAll(realm, parent, arguments, node);
            if (!arguments.Any(argument => argument is JsNode same && same.Node == node))
                realm.Tree.Remove(node);
            return JsValue.Undefined;
        })
        .Get<INode>("nextElementSibling", node => realm.Wrap(Sibling(realm, node, 1, static at => at is IElement)))
        .Get<INode>("previousElementSibling", node => realm.Wrap(Sibling(realm, node, -1, static at => at is IElement)));

    /// <summary>A sibling. AngleSharp searches all children for a node's place; here the last one is remembered.</summary>
    internal static INode? Sibling(PageRealm realm, INode node, int step, Func<INode, bool> wanted)
    {
        if (node.Parent is not { } parent)
            return null;
        var all = parent.ChildNodes;
        var known = realm.Known(node);
        var place = known?.Place ?? 0;
        if (place >= all.Length || all[place] != node)
        {
            for (place = 0; place < all.Length && all[place] != node; place++)
            {
            }
        }
        if (known is not null)
            known.Place = place;
        for (var at = place + step; at >= 0 && at < all.Length; at += step)
        {
            if (!wanted(all[at]))
                continue;
            ((JsNode)realm.Wrap(all[at])).Place = at;
            return all[at];
        }
        return null;
    }

    /// <summary>The element with an id.</summary>
    internal static IElement? ById(INode root, string id)
    {
        if (id.Length == 0)
            return null;
        return root is IDocument document ? document.GetElementById(id) : ((IParentNode)root).QuerySelectorAll("[id]").FirstOrDefault(found => found.Id == id);
    }

    /// <summary>A text; empty for null.</summary>
    internal static string TextOrEmpty(JsValue value) => value.IsNull() ? "" : TypeConverter.ToString(value);

    private static void DefineTraversal(PageRealm realm, DomInterface node) => node
        .Constants(("ELEMENT_NODE", 1), ("ATTRIBUTE_NODE", 2), ("TEXT_NODE", 3), ("CDATA_SECTION_NODE", 4), ("PROCESSING_INSTRUCTION_NODE", 7), ("COMMENT_NODE", 8), ("DOCUMENT_NODE", 9), ("DOCUMENT_TYPE_NODE", 10), ("DOCUMENT_FRAGMENT_NODE", 11))
        .Constants(("DOCUMENT_POSITION_DISCONNECTED", 1), ("DOCUMENT_POSITION_PRECEDING", 2), ("DOCUMENT_POSITION_FOLLOWING", 4), ("DOCUMENT_POSITION_CONTAINS", 8), ("DOCUMENT_POSITION_CONTAINED_BY", 16), ("DOCUMENT_POSITION_IMPLEMENTATION_SPECIFIC", 32))
        .Get<INode>("nodeType", static at => (int)at.NodeType)
        .Get<INode>("nodeName", static at => at.NodeName)
        .Get<INode>("nodeValue", static at => at is ICharacterData data ? data.Data : JsValue.Null, (at, value) =>
        {
            if (at is ICharacterData data)
                realm.Tree.SetText(data, TextOrEmpty(value));
        })
        .Get<INode>("ownerDocument", at => at is IDocument ? JsValue.Null : realm.Wrap(at.Owner))
        .Get<INode>("baseURI", _ => realm.Live.Base?.ToString() ?? "about:blank")
        .Get<INode>("isConnected", static at => DomTree.IsConnected(at))
        .Get<INode>("parentNode", at => realm.Wrap(at.Parent))
        .Get<INode>("parentElement", at => realm.Wrap(at.Parent as IElement))
        .Get<INode>("childNodes", at => ((JsNode)realm.Wrap(at)).Part("childNodes", () => new JsNodeList(realm, realm.PrototypeOf("NodeList"), () => [.. at.ChildNodes], isNamed: false)))
        .Get<INode>("firstChild", at => realm.Wrap(at.FirstChild))
        .Get<INode>("lastChild", at =>
        {
            var last = at.LastChild;
            if (realm.Wrap(last) is JsNode known)
                known.Place = at.ChildNodes.Length - 1;
            return realm.Wrap(last);
        })
        .Get<INode>("nextSibling", at => realm.Wrap(Sibling(realm, at, 1, static _ => true)))
        .Get<INode>("previousSibling", at => realm.Wrap(Sibling(realm, at, -1, static _ => true)))
        .Get<INode>("textContent", static at => at is IDocument or IDocumentType ? JsValue.Null : at.TextContent ?? "", (at, value) =>
        {
            var text = value.IsUndefined() ? "" : TextOrEmpty(value);
            if (at is ICharacterData data)
                realm.Tree.SetText(data, text);
            else if (at is not IDocument and not IDocumentType)
                realm.Tree.ReplaceAll(at, text.Length == 0 ? null : realm.Document.CreateTextNode(text));
        })
        .Method<INode>("hasChildNodes", 0, static (at, _) => at.HasChildNodes)
        .Method<INode>("contains", 1, (at, arguments) => realm.NodeOrNull(arguments, 0) is { } other && DomTree.Contains(at, other))
        .Method<INode>("compareDocumentPosition", 1, (at, arguments) => (int)at.CompareDocumentPosition(realm.Node(arguments, 0)))
        .Method<INode>("isSameNode", 1, (at, arguments) => realm.NodeOrNull(arguments, 0) == at)
        .Method<INode>("isEqualNode", 1, (at, arguments) => realm.NodeOrNull(arguments, 0) is { } other && at.Equals(other))
        .Method<INode>("lookupNamespaceURI", 1, (at, arguments) => at.LookupNamespaceUri(TextOrEmpty(PageRealm.At(arguments, 0))) ?? JsValue.Null)
        .Method<INode>("getRootNode", 0, (at, _) =>
        {
            var root = at;
            while (root.Parent is { } parent)
                root = parent;
            return realm.Wrap(root);
        });

    private static void DefineChanges(PageRealm realm, DomInterface node) => node
        .Method<INode>("appendChild", 1, (at, arguments) => Insert(realm, at, realm.Node(arguments, 0), null))
        .Method<INode>("insertBefore", 2, (at, arguments) =>
        {
            var before = realm.NodeOrNull(arguments, 1);
            return before is not null && before.Parent != at ? throw new DomException(DomError.NotFound) : Insert(realm, at, realm.Node(arguments, 0), before);
        })
        .Method<INode>("removeChild", 1, (at, arguments) =>
        {
            var child = realm.Node(arguments, 0);
            if (child.Parent != at)
                throw new DomException(DomError.NotFound);
            realm.Tree.Remove(child);
            return realm.Wrap(child);
        })
        .Method<INode>("replaceChild", 2, (at, arguments) =>
        {
            var (made, old) = (realm.Node(arguments, 0), realm.Node(arguments, 1));
            if (old.Parent != at)
                throw new DomException(DomError.NotFound);
            if (made == old)
                return realm.Wrap(old);
            realm.Tree.Insert(at, made, old);
            realm.Tree.Remove(old);
            return realm.Wrap(old);
        })
        .Method<INode>("cloneNode", 0, (at, arguments) => realm.Wrap(realm.Tree.Clone(at, TypeConverter.ToBoolean(PageRealm.At(arguments, 0)))))
        .Method<INode>("normalize", 0, (at, _) =>
        {
            at.Normalize();
            realm.Tree.Changed();
            return JsValue.Undefined;
        });

    private static JsValue Insert(PageRealm realm, INode parent, INode node, INode? before)
    {
        realm.Tree.Insert(parent, node, before);
        return realm.Wrap(node);
    }

    private static JsValue InsertAll(PageRealm realm, INode parent, JsValue[] arguments, INode? before)
    {
        // A node that is moved may be the place itself.
        while (before is not null && arguments.Any(argument => argument is JsNode moved && moved.Node == before))
            before = Sibling(realm, before, 1, static _ => true);
        foreach (var argument in arguments)
            realm.Tree.Insert(parent, argument is JsNode node ? node.Node : realm.Document.CreateTextNode(TypeConverter.ToString(argument)), before);
        return JsValue.Undefined;
    }

    private static JsValue Change(PageRealm realm, ICharacterData node, string data)
    {
        realm.Tree.SetText(node, data);
        return JsValue.Undefined;
    }

    private static JsValue Replace(PageRealm realm, ICharacterData node, JsValue[] arguments, string by)
    {
        var start = Offset(realm, node, PageRealm.At(arguments, 0));
        var length = (int)Math.Clamp(TypeConverter.ToNumber(PageRealm.At(arguments, 1)), 0, node.Length - start);
        return Change(realm, node, string.Concat(node.Data.AsSpan(0, start), by, node.Data.AsSpan(start + length)));
    }

    private static int Offset(PageRealm realm, ICharacterData node, JsValue value)
    {
        var at = TypeConverter.ToNumber(value);
        return at >= 0 && at <= node.Length ? (int)at : throw realm.DomError("IndexSizeError", "The offset is larger than the node's length.");
    }
}

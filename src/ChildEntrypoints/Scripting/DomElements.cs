using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using Jint;
using Jint.Native;
using Jint.Native.Object;
using Jint.Runtime;

namespace ActorBrowser.ChildEntrypoints.Scripting;

/// <summary>Element and HTMLElement.</summary>
internal static class DomElements
{
    private const string Handlers =
        "abort animationend animationiteration animationstart auxclick beforeinput blur cancel canplay change click close contextmenu copy cut dblclick drag dragend dragenter dragleave dragover dragstart drop error focus formdata input invalid keydown keypress keyup load loadeddata loadstart mousedown mouseenter mouseleave mousemove mouseout mouseover mouseup paste pause play pointercancel pointerdown pointerenter pointerleave pointermove pointerout pointerover pointerup progress reset resize scroll select submit toggle touchcancel touchend touchmove touchstart transitionend wheel";

    internal const string WindowHandlers = "beforeunload hashchange languagechange message offline online pagehide pageshow popstate rejectionhandled storage unhandledrejection unload";

    internal static void Define(PageRealm realm)
    {
        realm.Define("Element", "Node", element =>
        {
            DefineAttributes(realm, element);
            DefineMarkup(realm, element);
            DefineLayout(realm, element);
            DomNodes.DefineParent(realm, element);
            DomNodes.DefineChild(realm, element);
        });
        realm.Define("HTMLElement", "Element", element => DefineHtml(realm, element), (_, prototype) => realm.Elements.Construct(prototype));
        realm.Define("HTMLUnknownElement", "HTMLElement", static _ => { });
        realm.Define("SVGElement", "Element", element =>
        {
            element.Get<IElement>("style", node => Style(realm, node), (node, value) => realm.Tree.SetAttribute(node, "style", TypeConverter.ToString(value)))
                .Get<IElement>("dataset", node => ((JsNode)realm.Wrap(node)).Part("dataset", () => new JsDataset(realm, node)));
            EventInterfaces.DefineHandlers(realm, element, Handlers);
        });
    }

    /// <summary>The style of an element.</summary>
    internal static ObjectInstance Style(PageRealm realm, IElement element) => ((JsNode)realm.Wrap(element)).Part("style", () => new JsStyle(realm, element));

    private static void DefineAttributes(PageRealm realm, DomInterface element) => element
        .Get<IElement>("tagName", static node => node.TagName)
        .Get<IElement>("localName", static node => node.LocalName)
        .Get<IElement>("prefix", static node => node.Prefix ?? JsValue.Null)
        .Get<IElement>("namespaceURI", static node => node.NamespaceUri ?? JsValue.Null)
        .Get<IElement>("id", static node => node.Id ?? "", (node, value) => realm.Tree.SetAttribute(node, "id", TypeConverter.ToString(value)))
        .Get<IElement>("className", static node => node.ClassName ?? "", (node, value) => realm.Tree.SetAttribute(node, "class", TypeConverter.ToString(value)))
        .Get<IElement>("slot", static node => node.GetAttribute("slot") ?? "", (node, value) => realm.Tree.SetAttribute(node, "slot", TypeConverter.ToString(value)))
        .Get<IElement>("shadowRoot", static _ => JsValue.Null)
        .Get<IElement>("classList", node => ((JsNode)realm.Wrap(node)).Part("classList", () => new JsTokens(realm, node, "class")), (node, value) => realm.Tree.SetAttribute(node, "class", TypeConverter.ToString(value)))
        .Get<IElement>("attributes", node => ((JsNode)realm.Wrap(node)).Part("attributes", () => new JsAttributes(realm, node)))
        .Method<IElement>("hasAttributes", 0, static (node, _) => node.Attributes.Length > 0)
        .Method<IElement>("getAttributeNames", 0, (node, _) => new JsArray(realm.Engine, [.. node.Attributes.Select(static attribute => (JsValue)attribute.Name)]))
        .Method<IElement>("getAttribute", 1, (node, arguments) => node.GetAttribute(realm.Text(arguments, 0)) ?? JsValue.Null)
        .Method<IElement>("getAttributeNS", 2, (node, arguments) => node.GetAttribute(NullOr(arguments[0]), realm.Text(arguments, 1)) ?? JsValue.Null)
        .Method<IElement>("hasAttribute", 1, (node, arguments) => node.HasAttribute(realm.Text(arguments, 0)))
        .Method<IElement>("hasAttributeNS", 2, (node, arguments) => node.HasAttribute(NullOr(arguments[0]), realm.Text(arguments, 1)))
        .Method<IElement>("setAttribute", 2, (node, arguments) => Do(() => realm.Tree.SetAttribute(node, realm.Text(arguments, 0), realm.Text(arguments, 1))))
        .Method<IElement>("setAttributeNS", 3, (node, arguments) => Do(() => realm.Tree.SetAttribute(node, realm.Text(arguments, 1), realm.Text(arguments, 2), NullOr(arguments[0]))))
        .Method<IElement>("removeAttribute", 1, (node, arguments) => Do(() => realm.Tree.RemoveAttribute(node, realm.Text(arguments, 0))))
        .Method<IElement>("removeAttributeNS", 2, (node, arguments) => Do(() => realm.Tree.RemoveAttribute(node, realm.Text(arguments, 1))))
        .Method<IElement>("toggleAttribute", 1, (node, arguments) =>
        {
            var name = realm.Text(arguments, 0);
            var wanted = arguments.Length > 1 ? TypeConverter.ToBoolean(arguments[1]) : !node.HasAttribute(name);
            if (wanted && !node.HasAttribute(name))
                realm.Tree.SetAttribute(node, name, "");
            else if (!wanted)
                realm.Tree.RemoveAttribute(node, name);
            return wanted;
        })
        .Method<IElement>("getAttributeNode", 1, (node, arguments) => JsAttributes.Of(realm, node).Attribute(realm.Text(arguments, 0)))
        .Method<IElement>("setAttributeNode", 1, (node, arguments) => Do(() =>
        {
            if (arguments[0] is ObjectInstance attribute)
                realm.Tree.SetAttribute(node, TypeConverter.ToString(attribute.Get("name")), TypeConverter.ToString(attribute.Get("value")));
        }))
        .Method<IElement>("removeAttributeNode", 1, (node, arguments) => Do(() => realm.Tree.RemoveAttribute(node, TypeConverter.ToString(((ObjectInstance)arguments[0]).Get("name")))));

    private static void DefineMarkup(PageRealm realm, DomInterface element) => element
        .Get<IElement>("innerHTML", static node => node.InnerHtml, (node, value) =>
        {
            INode into = node is IHtmlTemplateElement template ? template.Content : node;
            var parsed = realm.Tree.Parse(DomNodes.TextOrEmpty(value), node);
            realm.Tree.ReplaceAll(into, parsed);
        })
        .Get<IElement>("outerHTML", static node => node.OuterHtml, (node, value) =>
        {
            if (node.Parent is not { } parent)
                return;
            realm.Tree.Insert(parent, realm.Tree.Parse(DomNodes.TextOrEmpty(value), parent as IElement ?? realm.Document.Body!), node);
            realm.Tree.Remove(node);
        })
        .Method<IElement>("insertAdjacentHTML", 2, (node, arguments) => Adjacent(realm, node, realm.Text(arguments, 0), inside => realm.Tree.Parse(realm.Text(arguments, 1), inside)))
        .Method<IElement>("insertAdjacentElement", 2, (node, arguments) =>
        {
            Adjacent(realm, node, realm.Text(arguments, 0), _ => realm.Node(arguments, 1));
            return arguments[1];
        })
        .Method<IElement>("insertAdjacentText", 2, (node, arguments) => Adjacent(realm, node, realm.Text(arguments, 0), _ => realm.Document.CreateTextNode(realm.Text(arguments, 1))))
        .Method<IElement>("matches", 1, (node, arguments) => Selectors.Matches(realm, node, realm.Text(arguments, 0)))
        .Method<IElement>("webkitMatchesSelector", 1, (node, arguments) => Selectors.Matches(realm, node, realm.Text(arguments, 0)))
        .Method<IElement>("closest", 1, (node, arguments) => realm.Wrap(Selectors.Closest(realm, node, realm.Text(arguments, 0))))
        .Method<IElement>("getElementsByTagName", 1, (node, arguments) => DomDocument.ByTag(realm, node, realm.Text(arguments, 0)))
        .Method<IElement>("getElementsByTagNameNS", 2, (node, arguments) => DomDocument.ByTag(realm, node, realm.Text(arguments, 1)))
        .Method<IElement>("getElementsByClassName", 1, (node, arguments) => DomDocument.ByClass(realm, node, realm.Text(arguments, 0)))
        .Method<IElement>("attachShadow", 1, (_, _) => throw realm.DomError("NotSupportedError", "There is no Shadow DOM here."));

    // There is no layout: every box is empty and at the page's start.
    private static void DefineLayout(PageRealm realm, DomInterface element)
    {
        foreach (var name in (ReadOnlySpan<string>)["clientTop", "clientLeft", "clientWidth", "clientHeight", "scrollWidth", "scrollHeight"])
            element.Get<IElement>(name, static _ => 0);
        foreach (var name in (ReadOnlySpan<string>)["scrollTop", "scrollLeft"])
            element.Get<IElement>(name, static _ => 0, static (_, _) => { });
        foreach (var name in (ReadOnlySpan<string>)["scroll", "scrollTo", "scrollBy", "scrollIntoView", "setPointerCapture", "releasePointerCapture", "requestFullscreen"])
            element.Method<IElement>(name, 0, static (_, _) => JsValue.Undefined);
        element.Method<IElement>("hasPointerCapture", 1, static (_, _) => false)
            .Method<IElement>("getAnimations", 0, (_, _) => new JsArray(realm.Engine))
            .Method<IElement>("getBoundingClientRect", 0, (_, _) => realm.Window.Rectangle())
            .Method<IElement>("getClientRects", 0, (_, _) => new JsArray(realm.Engine))
            .Method<IElement>("checkVisibility", 0, (node, _) => Visibility.IsShown(node));
    }

    private static void DefineHtml(PageRealm realm, DomInterface element)
    {
        Reflection.Define(realm, element, "title lang dir accessKey:accesskey hidden? inert? nonce autocapitalize enterKeyHint:enterkeyhint inputMode:inputmode");
        element.Get<IElement>("style", node => Style(realm, node), (node, value) => realm.Tree.SetAttribute(node, "style", TypeConverter.ToString(value)))
            .Get<IElement>("dataset", node => ((JsNode)realm.Wrap(node)).Part("dataset", () => new JsDataset(realm, node)))
            .Get<IElement>("innerText", static node => Visibility.InnerText(node), (node, value) => realm.Tree.ReplaceAll(node, realm.Document.CreateTextNode(DomNodes.TextOrEmpty(value))))
            .Get<IElement>("outerText", static node => Visibility.InnerText(node))
            .Get<IElement>("tabIndex", static node => int.TryParse(node.GetAttribute("tabindex"), out var index) ? index : node is IHtmlAnchorElement or IHtmlInputElement or IHtmlButtonElement or IHtmlSelectElement or IHtmlTextAreaElement ? 0 : -1,
                (node, value) => realm.Tree.SetAttribute(node, "tabindex", TypeConverter.ToInt32(value).ToString(System.Globalization.CultureInfo.InvariantCulture)))
            .Get<IElement>("draggable", static node => node.GetAttribute("draggable") == "true", (node, value) => realm.Tree.SetAttribute(node, "draggable", TypeConverter.ToBoolean(value) ? "true" : "false"))
            .Get<IElement>("contentEditable", static node => node.GetAttribute("contenteditable") ?? "inherit", (node, value) => realm.Tree.SetAttribute(node, "contenteditable", TypeConverter.ToString(value)))
            .Get<IElement>("isContentEditable", static node => node.GetAttribute("contenteditable") is "" or "true")
            .Get<IElement>("spellcheck", static node => node.GetAttribute("spellcheck") != "false", (node, value) => realm.Tree.SetAttribute(node, "spellcheck", TypeConverter.ToBoolean(value) ? "true" : "false"))
            .Get<IElement>("offsetParent", node => Visibility.IsShown(node) ? realm.Wrap(realm.Document.Body) : JsValue.Null)
            .Method<IElement>("click", 0, (node, _) =>
            {
                if (!node.HasAttribute("disabled"))
                    realm.Events.Dispatch((ObjectInstance)realm.Wrap(node), new JsEvent(realm.Engine, realm.PrototypeOf("PointerEvent"), "click") { Bubbles = true, Cancelable = true, Composed = true, Time = realm.Page.Tasks.Now });
                return JsValue.Undefined;
            })
            .Method<IElement>("focus", 0, (node, _) => Do(() => realm.Window.Focus(node)))
            .Method<IElement>("blur", 0, (node, _) => Do(() => realm.Window.Blur(node)));
        foreach (var name in (ReadOnlySpan<string>)["offsetTop", "offsetLeft", "offsetWidth", "offsetHeight"])
            element.Get<IElement>(name, static _ => 0);
        EventInterfaces.DefineHandlers(realm, element, Handlers);
    }

    /// <summary>Defines the window's and the document's event handlers.</summary>
    internal static void DefineGlobalHandlers(PageRealm realm, DomInterface defined, bool window)
    {
        EventInterfaces.DefineHandlers(realm, defined, Handlers);
        EventInterfaces.DefineHandlers(realm, defined, window ? WindowHandlers : "readystatechange visibilitychange selectionchange");
    }

    internal static JsValue Do(Action run)
    {
        run();
        return JsValue.Undefined;
    }

    private static string? NullOr(JsValue value) => value.IsNull() || value.IsUndefined() ? null : TypeConverter.ToString(value);

    private static JsValue Adjacent(PageRealm realm, IElement node, string position, Func<IElement, INode> make)
    {
        switch (position.ToLowerInvariant())
        {
            case "beforebegin" when node.Parent is { } parent:
                realm.Tree.Insert(parent, make(parent as IElement ?? node), node);
                break;
            case "afterend" when node.Parent is { } parent:
                realm.Tree.Insert(parent, make(parent as IElement ?? node), DomNodes.Sibling(realm, node, 1, static _ => true));
                break;
            case "afterbegin":
                realm.Tree.Insert(node, make(node), node.FirstChild);
                break;
            case "beforeend":
                realm.Tree.Insert(node, make(node), null);
                break;
            case "beforebegin" or "afterend":
                throw realm.DomError("NoModificationAllowedError", "The element has no parent.");
            default:
                throw realm.DomError("SyntaxError", $"'{position}' is no position.");
        }
        return JsValue.Undefined;
    }
}

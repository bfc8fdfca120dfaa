using AngleSharp.Dom;
using Jint;
using Jint.Native;
using Jint.Runtime;

namespace ActorBrowser.ChildEntrypoints.Scripting;

/// <summary>The document.</summary>
internal static class DomDocument
{
    internal static void Define(PageRealm realm)
    {
        realm.Define("Document", "Node", document =>
        {
            DomNodes.DefineParent(realm, document);
            DefineFinding(realm, document);
            DefineMaking(realm, document);
            DefineState(realm, document);
            DomElements.DefineGlobalHandlers(realm, document, window: false);
        });
        realm.Define("HTMLDocument", "Document", static _ => { });
    }

    internal static JsValue ByTag(PageRealm realm, INode root, string name)
    {
        var lower = name.ToLowerInvariant();
        return realm.Collection(() => [.. Descendants(root).Where(element => name == "*" || element.LocalName == lower || element.LocalName == name)]);
    }

    internal static JsValue ByClass(PageRealm realm, INode root, string names)
    {
        var wanted = names.Split([' ', '\t', '\n', '\f', '\r'], StringSplitOptions.RemoveEmptyEntries);
        return realm.Collection(() => wanted.Length == 0 ? [] : [.. Descendants(root).Where(element => Array.TrueForAll(wanted, element.ClassList.Contains))]);
    }

    // Without recursion and without asking for siblings, which AngleSharp searches for.
    private static IEnumerable<IElement> Descendants(INode root)
    {
        var path = new Stack<(INodeList Children, int Next)>();
        path.Push((root.ChildNodes, 0));
        while (path.TryPop(out var level))
        {
            if (level.Next >= level.Children.Length)
                continue;
            var child = level.Children[level.Next];
            path.Push((level.Children, level.Next + 1));
            if (child is not IElement element)
                continue;
            yield return element;
            if (element.HasChildNodes)
                path.Push((element.ChildNodes, 0));
        }
    }

    private static void DefineFinding(PageRealm realm, DomInterface document)
    {
        document.Get<IDocument>("documentElement", node => realm.Wrap(node.DocumentElement))
            .Get<IDocument>("head", node => realm.Wrap(node.Head))
            .Get<IDocument>("body", node => realm.Wrap(node.Body), (node, value) =>
            {
                if (value is JsNode { Node: IElement body } && node.DocumentElement is { } root)
                {
                    realm.Tree.Insert(root, body, node.Body);
                    if (node.Body is { } old && old != body)
                        realm.Tree.Remove(old);
                }
            })
            .Get<IDocument>("doctype", node => realm.Wrap(node.Doctype))
            .Get<IDocument>("scrollingElement", node => realm.Wrap(node.DocumentElement))
            .Get<IDocument>("title", static node => node.Title ?? "", (node, value) =>
            {
                if (node.QuerySelector("title") is not { } title)
                {
                    if (node.Head is not { } head)
                        return;
                    realm.Tree.Insert(head, title = node.CreateElement("title"), null);
                }
                realm.Tree.ReplaceAll(title, node.CreateTextNode(TypeConverter.ToString(value)));
            })
            .Method<IDocument>("getElementById", 1, (node, arguments) => realm.Wrap(DomNodes.ById(node, realm.Text(arguments, 0))))
            .Method<IDocument>("getElementsByTagName", 1, (node, arguments) => ByTag(realm, node, realm.Text(arguments, 0)))
            .Method<IDocument>("getElementsByTagNameNS", 2, (node, arguments) => ByTag(realm, node, realm.Text(arguments, 1)))
            .Method<IDocument>("getElementsByClassName", 1, (node, arguments) => ByClass(realm, node, realm.Text(arguments, 0)))
            .Method<IDocument>("getElementsByName", 1, (node, arguments) =>
            {
                var name = realm.Text(arguments, 0);
                return new JsNodeList(realm, realm.PrototypeOf("NodeList"), () => [.. Descendants(node).Where(element => element.GetAttribute("name") == name)], isNamed: false);
            })
            .Method<IDocument>("elementFromPoint", 2, static (_, _) => JsValue.Null)
            .Method<IDocument>("elementsFromPoint", 2, (_, _) => new JsArray(realm.Engine));
        foreach (var (name, selector) in (ReadOnlySpan<(string, string)>)[("forms", "form"), ("images", "img"), ("links", "a[href], area[href]"), ("scripts", "script"), ("anchors", "a[name]"), ("embeds", "embed"), ("plugins", "embed")])
            document.Get<IDocument>(name, node => ((JsNode)realm.Wrap(node)).Part(name, () => realm.Collection(() => [.. node.QuerySelectorAll(selector)])));
    }

    private static void DefineMaking(PageRealm realm, DomInterface document) => document
        .Method<IDocument>("createElement", 1, (node, arguments) => realm.Elements.Create(node, realm.Text(arguments, 0)))
        .Method<IDocument>("createElementNS", 2, (node, arguments) => arguments[0].IsNull() || TypeConverter.ToString(arguments[0]) == "http://www.w3.org/1999/xhtml"
            ? realm.Elements.Create(node, realm.Text(arguments, 1)) : realm.Wrap(node.CreateElement(TypeConverter.ToString(arguments[0]), realm.Text(arguments, 1))))
        .Method<IDocument>("createTextNode", 1, (node, arguments) => realm.Wrap(node.CreateTextNode(realm.Text(arguments, 0))))
        .Method<IDocument>("createComment", 1, (node, arguments) => realm.Wrap(node.CreateComment(realm.Text(arguments, 0))))
        .Method<IDocument>("createDocumentFragment", 0, (node, _) => realm.Wrap(node.CreateDocumentFragment()))
        .Method<IDocument>("createAttribute", 1, (_, arguments) => new JsAttribute(realm, null, realm.Text(arguments, 0).ToLowerInvariant()))
        .Method<IDocument>("createEvent", 1, (_, arguments) => EventInterfaces.Create(realm, realm.Text(arguments, 0)))
        .Method<IDocument>("importNode", 1, (node, arguments) =>
        {
            var copy = realm.Tree.Clone(realm.Node(arguments, 0), TypeConverter.ToBoolean(PageRealm.At(arguments, 1)));
            node.Adopt(copy);
            return realm.Wrap(copy);
        })
        .Method<IDocument>("adoptNode", 1, (node, arguments) =>
        {
            var adopted = realm.Node(arguments, 0);
            realm.Tree.Remove(adopted);
            node.Adopt(adopted);
            return arguments[0];
        })
        .Method<IDocument>("write", 1, (_, arguments) => DomElements.Do(() => realm.Page.Loader.Write(string.Concat(arguments.Select(TypeConverter.ToString)))))
        .Method<IDocument>("writeln", 1, (_, arguments) => DomElements.Do(() => realm.Page.Loader.Write(string.Concat(arguments.Select(TypeConverter.ToString)) + "\n")))
        .Method<IDocument>("open", 0, (node, _) => realm.Wrap(node))
        .Method<IDocument>("close", 0, static (_, _) => JsValue.Undefined)
        .Method<IDocument>("execCommand", 1, static (_, _) => false)
        .Method<IDocument>("queryCommandSupported", 1, static (_, _) => false);

    private static void DefineState(PageRealm realm, DomInterface document) => document
        .Get<IDocument>("readyState", node => ReferenceEquals(node, realm.Document) ? realm.Page.Loader.ReadyState : "complete")
        .Get<IDocument>("currentScript", _ => realm.Wrap(realm.Page.Loader.CurrentScript))
        .Get<IDocument>("defaultView", node => ReferenceEquals(node, realm.Document) ? realm.Engine.Global : JsValue.Null)
        .Get<IDocument>("activeElement", node => realm.Wrap(realm.Window.Focused is { } focused && DomTree.IsConnected(focused) ? focused : node.Body))
        .Method<IDocument>("hasFocus", 0, static (_, _) => true)
        .Get<IDocument>("URL", _ => realm.Window.Url)
        .Get<IDocument>("documentURI", _ => realm.Window.Url)
        .Get<IDocument>("location", _ => realm.Engine.Global.Get("location"), (_, value) => realm.Window.Navigate(TypeConverter.ToString(value)))
        .Get<IDocument>("domain", _ => WindowObject.UrlPart(realm.Window.Url, "hostname"))
        .Get<IDocument>("referrer", static _ => "")
        .Get<IDocument>("cookie", _ => realm.Window.Cookies, (_, value) => realm.Window.SetCookie(TypeConverter.ToString(value)))
        .Get<IDocument>("characterSet", static node => node.CharacterSet ?? "UTF-8")
        .Get<IDocument>("charset", static node => node.CharacterSet ?? "UTF-8")
        .Get<IDocument>("contentType", static _ => "text/html")
        .Get<IDocument>("compatMode", static node => node.CompatMode ?? "CSS1Compat")
        .Get<IDocument>("dir", static node => node.DocumentElement?.GetAttribute("dir") ?? "")
        .Get<IDocument>("lastModified", static _ => "01/01/1970 00:00:00")
        .Get<IDocument>("visibilityState", static _ => "visible")
        .Get<IDocument>("hidden", static _ => false)
        .Get<IDocument>("designMode", static _ => "off", static (_, _) => { })
        .Get<IDocument>("fullscreenElement", static _ => JsValue.Null)
        .Get<IDocument>("styleSheets", _ => new JsArray(realm.Engine))
        .Get<IDocument>("adoptedStyleSheets", _ => new JsArray(realm.Engine), static (_, _) => { })
        .Get<IDocument>("implementation", _ => realm.Window.Part("implementation"))
        .Get<IDocument>("fonts", _ => realm.Window.Part("fonts"))
        .Get<IDocument>("timeline", _ => realm.Window.Part("timeline"))
        .Method<IDocument>("createRange", 0, (_, _) => realm.Window.Make("Range"))
        .Method<IDocument>("getSelection", 0, (_, _) => realm.Window.Part("selection"))
        .Method<IDocument>("createTreeWalker", 1, (_, arguments) => realm.Window.Make("TreeWalker", arguments))
        .Method<IDocument>("createNodeIterator", 1, (_, arguments) => realm.Window.Make("NodeIterator", arguments))
        .Method<IDocument>("createExpression", 1, (_, arguments) => realm.Window.Make("XPathExpression", arguments))
        .Method<IDocument>("evaluate", 2, (_, arguments) => realm.Window.Make("XPathResult", arguments));
}

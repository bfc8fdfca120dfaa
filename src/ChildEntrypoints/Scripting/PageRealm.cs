using System.Runtime.CompilerServices;
using ActorBrowser.ChildEntrypoints.Rendering;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using Jint;
using Jint.Native;
using Jint.Native.Object;
using Jint.Runtime;
using Jint.Runtime.Descriptors;
using Jint.Runtime.Interop;

namespace ActorBrowser.ChildEntrypoints.Scripting;

/// <summary>The DOM of one engine: its interfaces, and the object of each node that scripts have seen.</summary>
internal sealed class PageRealm
{
    private readonly ConditionalWeakTable<INode, JsNode> _nodes = [];
    private readonly Dictionary<string, DomInterface> _interfaces = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DomInterface> _elements = new(StringComparer.Ordinal);

    internal PageRealm(Engine engine, LiveDocument live, ScriptedPage page, PageKeeping storage)
    {
        (Engine, Live, Page) = (engine, live, page);
        Promises = new Promises(this);
        Tree = new DomTree(this);
        Events = new DomEvents(this);
        Mutations = new Mutations(this);
        Elements = new CustomElements(this);
        EventInterfaces.Define(this);
        DomNodes.Define(this);
        DomElements.Define(this);
        DomLists.Define(this);
        DomControls.Define(this);
        DomDocument.Define(this);
        Mutations.Define();
        Window = new WindowObject(this, storage);
        Prelude.Run(this);
    }

    internal Engine Engine { get; }

    internal LiveDocument Live { get; }

    internal ScriptedPage Page { get; }

    internal Promises Promises { get; }

    internal DomTree Tree { get; }

    internal DomEvents Events { get; }

    internal Mutations Mutations { get; }

    internal CustomElements Elements { get; }

    internal WindowObject Window { get; }

    internal IHtmlDocument Document => Live.Document;

    /// <summary>The constructor that <c>new</c> was applied to, in a constructor of an interface.</summary>
    internal JsValue NewTarget { get; set; } = JsValue.Undefined;

    /// <summary>Defines an interface.</summary>
    internal DomInterface Define(string name, string? parent, Action<DomInterface> fill, Func<JsValue[], ObjectInstance, ObjectInstance>? construct = null) =>
        _interfaces[name] = new DomInterface(this, name, parent is null ? null : _interfaces[parent], fill, construct);

    /// <summary>Defines the interface of some elements.</summary>
    internal void DefineElement(string name, ReadOnlySpan<string> tags, Action<DomInterface>? fill = null, string parent = "HTMLElement")
    {
        var made = Define(name, parent, fill ?? (static _ => { }), (_, prototype) => Elements.Construct(prototype));
        foreach (var tag in tags)
            _elements[tag] = made;
    }

    internal ObjectInstance PrototypeOf(string name) => _interfaces[name].Prototype;

    /// <summary>The object of a node.</summary>
    internal JsValue Wrap(INode? node)
    {
        if (node is null)
            return JsValue.Null;
        if (_nodes.TryGetValue(node, out var known))
            return known;
        var made = new JsNode(this, InterfaceOf(node).Prototype, node);
        _nodes.Add(node, made);
        return made;
    }

    /// <summary>The object of a node if a script has seen it.</summary>
    internal JsNode? Known(INode node) => _nodes.TryGetValue(node, out var known) ? known : null;

    /// <summary>Makes an object of a page's own class the object of a new node.</summary>
    internal JsNode Adopt(INode node, ObjectInstance prototype)
    {
        var made = new JsNode(this, prototype, node);
        _nodes.AddOrUpdate(node, made);
        return made;
    }

    /// <summary>A list that never changes.</summary>
    internal JsNodeList List(IReadOnlyList<INode> nodes) => new(this, PrototypeOf("NodeList"), nodes);

    /// <summary>A collection of elements that follows the document.</summary>
    internal JsNodeList Collection(Func<IReadOnlyList<INode>> compute) => new(this, PrototypeOf("HTMLCollection"), compute, isNamed: true);

    /// <summary>A function of the host. What the tree throws becomes a DOMException.</summary>
    internal ClrFunction Function(string name, int length, Func<JsValue, JsValue[], JsValue> run) => new(Engine, name, (self, arguments) =>
    {
        try
        {
            return run(self, arguments);
        }
        catch (DomException e)
        {
            throw DomError(e.Name, e.Message);
        }
        catch (DocumentFailedException e)
        {
            throw DomError("QuotaExceededError", e.Message);
        }
    }, length, PropertyFlag.Configurable);

    internal JavaScriptException TypeError(string message) => new(Engine.Intrinsics.TypeError, message);

    /// <summary>A DOMException.</summary>
    internal JavaScriptException DomError(string name, string message) =>
        Engine.Global.Get("DOMException") is var type && type.IsConstructor()
            ? new JavaScriptException(Engine.Construct(type, message, name))
            : TypeError($"{name}: {message}");

    /// <summary>The node in an argument.</summary>
    internal INode Node(JsValue[] arguments, int index) =>
        index < arguments.Length && arguments[index] is JsNode node ? node.Node : throw TypeError($"Argument {index + 1} is not of type 'Node'.");

    /// <summary>The node in an argument that may be missing.</summary>
    internal INode? NodeOrNull(JsValue[] arguments, int index) =>
        index >= arguments.Length || arguments[index].IsNull() || arguments[index].IsUndefined() ? null : Node(arguments, index);

    /// <summary>The text in an argument.</summary>
    internal string Text(JsValue[] arguments, int index) =>
        index < arguments.Length ? TypeConverter.ToString(arguments[index]) : throw TypeError($"{index + 1} arguments required, but only {arguments.Length} present.");

    /// <summary>An argument; undefined if it is missing.</summary>
    internal static JsValue At(JsValue[] arguments, int index) => index < arguments.Length ? arguments[index] : JsValue.Undefined;

    private DomInterface InterfaceOf(INode node) => node switch
    {
        IElement element when element is IHtmlElement || element.NamespaceUri is "http://www.w3.org/1999/xhtml" =>
            _elements.TryGetValue(element.LocalName, out var known) ? known
                : element.LocalName.Contains('-', StringComparison.Ordinal) ? _interfaces["HTMLElement"] : _interfaces[element is IHtmlUnknownElement ? "HTMLUnknownElement" : "HTMLElement"],
        IElement { NamespaceUri: "http://www.w3.org/2000/svg" } => _interfaces["SVGElement"],
        IElement => _interfaces["Element"],
        IDocument => _interfaces["HTMLDocument"],
        IComment => _interfaces["Comment"],
        IText => _interfaces["Text"],
        IDocumentType => _interfaces["DocumentType"],
        IShadowRoot => _interfaces["ShadowRoot"],
        IDocumentFragment => _interfaces["DocumentFragment"],
        ICharacterData => _interfaces["CharacterData"],
        _ => _interfaces["Node"],
    };
}

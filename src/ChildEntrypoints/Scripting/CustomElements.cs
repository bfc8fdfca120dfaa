using AngleSharp.Dom;
using Jint;
using Jint.Native;
using Jint.Native.Object;
using Jint.Runtime;

namespace ActorBrowser.ChildEntrypoints.Scripting;

/// <summary>Elements that a page defines itself.</summary>
/// <param name="realm">The page's realm.</param>
internal sealed class CustomElements(PageRealm realm)
{
    private readonly Dictionary<string, Definition> _definitions = new(StringComparer.Ordinal);
    private readonly Stack<JsNode> _upgrading = new();
    private readonly HashSet<INode> _made = new(ReferenceEqualityComparer.Instance);

    private sealed record Definition(string Name, ObjectInstance Constructor, ObjectInstance Prototype, string[] Observed, JsValue Connected, JsValue Disconnected, JsValue Changed);

    /// <summary>The constructor of a name; undefined for none.</summary>
    internal JsValue Get(string name) => _definitions.TryGetValue(name, out var known) ? known.Constructor : JsValue.Undefined;

    /// <summary>Defines an element; those that the document has are upgraded.</summary>
    internal void Define(string name, JsValue constructor)
    {
        if (!name.Contains('-', StringComparison.Ordinal) || name != name.ToLowerInvariant())
            throw realm.DomError("SyntaxError", $"\"{name}\" is not a valid custom element name");
        if (_definitions.ContainsKey(name))
            throw realm.DomError("NotSupportedError", $"the name \"{name}\" has already been used with this registry");
        if (constructor is not ObjectInstance type || !constructor.IsConstructor() || type.Get("prototype") is not ObjectInstance prototype)
            throw realm.TypeError("The constructor is no constructor.");
        var observed = type.Get("observedAttributes") is JsArray names ? names.ToArray().Select(TypeConverter.ToString).ToArray() : [];
        _definitions[name] = new Definition(name, type, prototype, observed, prototype.Get("connectedCallback"), prototype.Get("disconnectedCallback"), prototype.Get("attributeChangedCallback"));
        foreach (var element in realm.Document.QuerySelectorAll(name).ToArray())
            Connected(element);
    }

    /// <summary>Makes an element by its name.</summary>
    internal JsValue Create(IDocument document, string name)
    {
        if (_definitions.Count > 0 && _definitions.TryGetValue(name.ToLowerInvariant(), out var definition))
            return realm.Engine.Construct(definition.Constructor);
        return realm.Wrap(document.CreateElement(name));
    }

    /// <summary>What the constructor of an HTML element does: the element that is upgraded, or a new one.</summary>
    internal ObjectInstance Construct(ObjectInstance prototype)
    {
        if (_upgrading.TryPeek(out var upgraded) && upgraded.Prototype == prototype)
            return upgraded;
        foreach (var definition in _definitions.Values)
        {
            if (!ReferenceEquals(definition.Constructor, realm.NewTarget))
                continue;
            var element = realm.Document.CreateElement(definition.Name);
            _made.Add(element);
            return realm.Adopt(element, prototype);
        }
        throw realm.TypeError("Illegal constructor");
    }

    /// <summary>A node was put into the document.</summary>
    internal void Connected(INode node) => Each(node, (element, definition) =>
    {
        Upgrade(element, definition);
        Call(definition.Connected, element);
    });

    /// <summary>A node was taken out of the document.</summary>
    internal void Disconnected(INode node) => Each(node, (element, definition) =>
    {
        if (_made.Contains(element))
            Call(definition.Disconnected, element);
    });

    /// <summary>An attribute has changed.</summary>
    internal void AttributeChanged(IElement element, string name, string? old, string? value)
    {
        if (_definitions.Count == 0 || !_definitions.TryGetValue(element.LocalName, out var definition) || !_made.Contains(element) || !definition.Observed.Contains(name))
            return;
        Call(definition.Changed, element, name, old ?? JsValue.Null, value ?? JsValue.Null, JsValue.Null);
    }

    private void Each(INode node, Action<IElement, Definition> run)
    {
        if (_definitions.Count == 0 || node is not IElement root)
            return;
        foreach (var element in root.QuerySelectorAll("*").Prepend(root).ToArray())
        {
            if (_definitions.TryGetValue(element.LocalName, out var definition))
                run(element, definition);
        }
    }

    private void Upgrade(IElement element, Definition definition)
    {
        if (!_made.Add(element))
            return;
        var node = (JsNode)realm.Wrap(element);
        node.Prototype = definition.Prototype;
        _upgrading.Push(node);
        try
        {
            realm.Engine.Construct(definition.Constructor);
        }
        catch (JavaScriptException e)
        {
            realm.Events.ReportError(e);
            return;
        }
        finally
        {
            _upgrading.Pop();
        }
        foreach (var name in definition.Observed)
        {
            if (element.GetAttribute(name) is { } value)
                Call(definition.Changed, element, name, JsValue.Null, value, JsValue.Null);
        }
    }

    private void Call(JsValue callback, IElement element, params JsValue[] arguments)
    {
        if (callback.IsCallable())
            realm.Page.Call(callback, realm.Wrap(element), arguments);
    }
}

using AngleSharp.Dom;
using Jint;
using Jint.Native;
using Jint.Native.Object;
using Jint.Runtime;

namespace ActorBrowser.ChildEntrypoints.Scripting;

/// <summary>One observer's wish to know of changes below or at a node.</summary>
/// <param name="Observer">The observer.</param>
/// <param name="Node">The node.</param>
/// <param name="Options">Of what.</param>
internal sealed record MutationRegistration(JsMutationObserver Observer, JsNode Node, MutationOptions Options);

/// <summary>Of what an observer wants to know.</summary>
internal readonly record struct MutationOptions(bool Children, bool Attributes, bool Text, bool Subtree, bool OldAttribute, bool OldText, string[]? Filter);

/// <summary>A MutationObserver.</summary>
internal sealed class JsMutationObserver : ObjectInstance
{
    internal JsMutationObserver(Engine engine, ObjectInstance prototype, JsValue callback) : base(engine) => (Prototype, Callback) = (prototype, callback);

    internal JsValue Callback { get; }

    internal List<JsValue> Records { get; } = [];

    internal List<MutationRegistration> Registrations { get; } = [];
}

/// <summary>Tells observers of changes of the tree, once the running script has ended.</summary>
/// <param name="realm">The page's realm.</param>
internal sealed class Mutations(PageRealm realm)
{
    private readonly HashSet<JsMutationObserver> _pending = new(ReferenceEqualityComparer.Instance);
    private int _registrations;

    /// <summary>Whether there is any observer.</summary>
    internal bool IsObserved => _registrations > 0;

    internal void Define() => realm.Define("MutationObserver", null, observer => observer
        .MethodOf<JsMutationObserver>("observe", 2, (self, arguments) => DomElements.Do(() => Observe(self, arguments)))
        .MethodOf<JsMutationObserver>("disconnect", 0, (self, _) => DomElements.Do(() => Disconnect(self)))
        .MethodOf<JsMutationObserver>("takeRecords", 0, (self, _) => Take(self)),
        (arguments, prototype) => PageRealm.At(arguments, 0) is var callback && callback.IsCallable()
            ? new JsMutationObserver(realm.Engine, prototype, callback) : throw realm.TypeError("Argument 1 is not of type 'Function'."));

    internal void Added(INode parent, IReadOnlyList<INode> nodes, INode? previous, INode? next) => Children(parent, nodes, [], previous, next);

    internal void Removed(INode parent, IReadOnlyList<INode> nodes, INode? previous, INode? next) => Children(parent, [], nodes, previous, next);

    internal void Attribute(IElement element, string name, string? old) =>
        Tell(element, "attributes", options => options.Attributes && (options.Filter is null || options.Filter.Contains(name)), (record, options) =>
        {
            record.Set("attributeName", name);
            record.Set("oldValue", options.OldAttribute && old is not null ? old : JsValue.Null);
        });

    internal void Text(ICharacterData node, string old) =>
        Tell(node, "characterData", static options => options.Text, (record, options) => record.Set("oldValue", options.OldText ? old : JsValue.Null));

    private void Children(INode parent, IReadOnlyList<INode> added, IReadOnlyList<INode> removed, INode? previous, INode? next) =>
        Tell(parent, "childList", static options => options.Children, (record, _) =>
        {
            record.Set("addedNodes", realm.List(added));
            record.Set("removedNodes", realm.List(removed));
            record.Set("previousSibling", realm.Wrap(previous));
            record.Set("nextSibling", realm.Wrap(next));
        });

    private void Tell(INode target, string type, Func<MutationOptions, bool> wanted, Action<ObjectInstance, MutationOptions> fill)
    {
        if (_registrations == 0)
            return;
        HashSet<JsMutationObserver>? told = null;
        for (INode? at = target; at is not null; at = at.Parent)
        {
            if (realm.Known(at)?.Observers is not { } observers)
                continue;
            foreach (var registration in observers)
            {
                if ((at != target && !registration.Options.Subtree) || !wanted(registration.Options) || !(told ??= new(ReferenceEqualityComparer.Instance)).Add(registration.Observer))
                    continue;
                var record = new JsObject(realm.Engine);
                record.Set("type", type);
                record.Set("target", realm.Wrap(target));
                foreach (var name in (ReadOnlySpan<string>)["attributeName", "attributeNamespace", "oldValue", "previousSibling", "nextSibling"])
                    record.Set(name, JsValue.Null);
                record.Set("addedNodes", realm.List([]));
                record.Set("removedNodes", realm.List([]));
                fill(record, registration.Options);
                registration.Observer.Records.Add(record);
                if (_pending.Count == 0)
                    realm.Promises.Microtask(realm.Function("", 0, (_, _) => DomElements.Do(Deliver)));
                _pending.Add(registration.Observer);
            }
        }
    }

    private void Deliver()
    {
        var observers = _pending.ToArray();
        _pending.Clear();
        foreach (var observer in observers)
        {
            if (observer.Records.Count > 0)
                realm.Page.Call(observer.Callback, observer, Take(observer), observer);
        }
    }

    private JsArray Take(JsMutationObserver observer)
    {
        var records = new JsArray(realm.Engine, [.. observer.Records]);
        observer.Records.Clear();
        return records;
    }

    private void Observe(JsMutationObserver observer, JsValue[] arguments)
    {
        realm.Node(arguments, 0);
        var node = (JsNode)arguments[0];
        if (PageRealm.At(arguments, 1) is not ObjectInstance options)
            throw realm.TypeError("The options object must set at least one of 'attributes', 'characterData', or 'childList' to true.");
        bool Is(string name) => TypeConverter.ToBoolean(options.Get(name));
        bool Implied(string name, params string[] by) => options.Get(name) is var given && !given.IsUndefined() ? TypeConverter.ToBoolean(given) : by.Any(other => !options.Get(other).IsUndefined());
        var wanted = new MutationOptions(
            Is("childList"), Implied("attributes", "attributeOldValue", "attributeFilter"), Implied("characterData", "characterDataOldValue"), Is("subtree"), Is("attributeOldValue"), Is("characterDataOldValue"),
            options.Get("attributeFilter") is JsArray filter ? [.. filter.ToArray().Select(TypeConverter.ToString)] : null);
        if (!wanted.Children && !wanted.Attributes && !wanted.Text)
            throw realm.TypeError("The options object must set at least one of 'attributes', 'characterData', or 'childList' to true.");
        Forget(observer, registration => registration.Node == node);
        var made = new MutationRegistration(observer, node, wanted);
        (node.Observers ??= []).Add(made);
        observer.Registrations.Add(made);
        _registrations++;
    }

    private void Disconnect(JsMutationObserver observer)
    {
        Forget(observer, static _ => true);
        observer.Records.Clear();
        _pending.Remove(observer);
    }

    private void Forget(JsMutationObserver observer, Predicate<MutationRegistration> which)
    {
        foreach (var registration in observer.Registrations.FindAll(which))
        {
            observer.Registrations.Remove(registration);
            registration.Node.Observers?.Remove(registration);
            _registrations--;
        }
    }
}

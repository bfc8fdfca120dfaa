using Jint;
using Jint.Native;
using Jint.Native.Object;

namespace ActorBrowser.ChildEntrypoints.Scripting;

/// <summary>The event listeners of one object, and its event handlers (<c>onclick</c>).</summary>
internal sealed class EventListeners
{
    private readonly Dictionary<string, List<Listener>> _listeners = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JsValue> _handlers = new(StringComparer.Ordinal);
    private readonly HashSet<string> _fromAttribute = new(StringComparer.Ordinal);

    /// <summary>One listener.</summary>
    internal sealed class Listener(JsValue callback, bool capture, bool once, bool? passive)
    {
        internal JsValue Callback => callback;

        internal bool Capture => capture;

        internal bool Once => once;

        internal bool Passive => passive ?? false;

        internal bool IsRemoved { get; set; }

        /// <summary>Whether it stands for the event handler, whose function may change.</summary>
        internal bool IsHandler { get; init; }
    }

    /// <summary>The listeners of a type now, in their order; a copy, because a listener may change them.</summary>
    internal Listener[] Of(string type) => _listeners.TryGetValue(type, out var all) ? [.. all] : [];

    internal bool Has(string type) => _listeners.TryGetValue(type, out var all) && all.Count > 0;

    internal Listener? Add(string type, JsValue callback, bool capture, bool once, bool? passive)
    {
        var all = All(type);
        foreach (var known in all)
        {
            if (known.Capture == capture && !known.IsHandler && known.Callback.Equals(callback))
                return null;
        }
        var added = new Listener(callback, capture, once, passive);
        all.Add(added);
        return added;
    }

    internal void Remove(string type, JsValue callback, bool capture)
    {
        if (!_listeners.TryGetValue(type, out var all))
            return;
        var index = all.FindIndex(known => known.Capture == capture && !known.IsHandler && known.Callback.Equals(callback));
        if (index >= 0)
            RemoveAt(all, index);
    }

    internal void Remove(string type, Listener listener)
    {
        if (_listeners.TryGetValue(type, out var all) && all.IndexOf(listener) is >= 0 and var index)
            RemoveAt(all, index);
    }

    /// <summary>An event handler; null for none.</summary>
    internal JsValue? Handler(string type) => _handlers.GetValueOrDefault(type);

    /// <summary>Sets an event handler; it keeps its place among the listeners.</summary>
    internal void SetHandler(string type, JsValue? handler, bool fromAttribute = false)
    {
        if (fromAttribute)
            _fromAttribute.Add(type);
        else
            _fromAttribute.Remove(type);
        if (handler is null)
        {
            _handlers.Remove(type);
            if (_listeners.TryGetValue(type, out var all) && all.FindIndex(static known => known.IsHandler) is >= 0 and var index)
                RemoveAt(all, index);
            return;
        }
        if (!_handlers.ContainsKey(type))
            All(type).Add(new Listener(JsValue.Undefined, capture: false, once: false, passive: false) { IsHandler = true });
        _handlers[type] = handler;
    }

    /// <summary>An attribute has changed: a handler that was made of it is made again.</summary>
    internal void AttributeChanged(string name)
    {
        if (name.StartsWith("on", StringComparison.Ordinal) && _fromAttribute.Remove(name[2..]))
            SetHandler(name[2..], null);
    }

    private List<Listener> All(string type)
    {
        if (!_listeners.TryGetValue(type, out var all))
            _listeners[type] = all = [];
        return all;
    }

    private static void RemoveAt(List<Listener> all, int index)
    {
        all[index].IsRemoved = true;
        all.RemoveAt(index);
    }
}

/// <summary>An event.</summary>
internal sealed class JsEvent : ObjectInstance
{
    internal JsEvent(Engine engine, ObjectInstance prototype, string type) : base(engine)
    {
        Prototype = prototype;
        Type_ = type;
    }

    /// <summary>The event's type.</summary>
    internal string Type_ { get; set; }

    internal bool Bubbles { get; set; }

    internal bool Cancelable { get; set; }

    internal bool Composed { get; set; }

    internal bool IsTrusted { get; init; }

    internal bool IsPrevented { get; set; }

    internal bool IsStopped { get; set; }

    internal bool IsStoppedAtOnce { get; set; }

    internal bool InPassive { get; set; }

    internal bool IsDispatched { get; set; }

    internal int Phase { get; set; }

    internal double Time { get; init; }

    internal JsValue Target { get; set; } = Null;

    internal JsValue CurrentTarget { get; set; } = Null;

    internal IReadOnlyList<ObjectInstance> Path { get; set; } = [];

    /// <summary>The members of its interface, such as <c>key</c>; null for their defaults.</summary>
    internal ObjectInstance? Members { get; set; }

    internal void Prevent()
    {
        if (Cancelable && !InPassive)
            IsPrevented = true;
    }
}

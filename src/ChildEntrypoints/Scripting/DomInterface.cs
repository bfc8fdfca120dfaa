using AngleSharp.Dom;
using Jint.Native;
using Jint.Native.Object;
using Jint.Native.Symbol;
using Jint.Runtime.Descriptors;

namespace ActorBrowser.ChildEntrypoints.Scripting;

/// <summary>An interface of the DOM: its constructor and its prototype, whose members are made when the prototype is first used.</summary>
internal sealed class DomInterface
{
    private readonly PageRealm _realm;

    internal DomInterface(PageRealm realm, string name, DomInterface? parent, Action<DomInterface> fill, Func<JsValue[], ObjectInstance, ObjectInstance>? construct = null)
    {
        (_realm, Name) = (realm, name);
        Prototype = new MembersObject(this, fill) { Prototype = parent?.Prototype ?? realm.Engine.Intrinsics.Object.PrototypeObject };
        Constructor = new InterfaceConstructor(this, construct);
        Constructor.Prototype = parent?.Constructor ?? (ObjectInstance)realm.Engine.Intrinsics.Function.Get("prototype");
        realm.Engine.Global.FastSetProperty(name, new PropertyDescriptor(Constructor, writable: true, enumerable: false, configurable: true));
    }

    internal string Name { get; }

    internal ObjectInstance Prototype { get; }

    internal ObjectInstance Constructor { get; }

    /// <summary>Adds an attribute of nodes.</summary>
    internal DomInterface Get<T>(string name, Func<T, JsValue> get, Action<T, JsValue>? set = null) where T : class, INode =>
        Accessor(name, self => get(NodeOf<T>(self)), set is null ? null : (self, value) => set(NodeOf<T>(self), value));

    /// <summary>Adds an operation of nodes.</summary>
    internal DomInterface Method<T>(string name, int length, Func<T, JsValue[], JsValue> run) where T : class, INode =>
        Operation(name, length, (self, arguments) => run(NodeOf<T>(self), arguments));

    /// <summary>Adds an attribute of other objects.</summary>
    internal DomInterface GetOf<T>(string name, Func<T, JsValue> get, Action<T, JsValue>? set = null) where T : ObjectInstance =>
        Accessor(name, self => get(ObjectOf<T>(self)), set is null ? null : (self, value) => set(ObjectOf<T>(self), value));

    /// <summary>Adds an operation of other objects.</summary>
    internal DomInterface MethodOf<T>(string name, int length, Func<T, JsValue[], JsValue> run) where T : ObjectInstance =>
        Operation(name, length, (self, arguments) => run(ObjectOf<T>(self), arguments));

    /// <summary>Adds constants, to the constructor as well.</summary>
    internal DomInterface Constants(params ReadOnlySpan<(string Name, int Value)> constants)
    {
        foreach (var (name, value) in constants)
        {
            Prototype.FastSetProperty(name, new PropertyDescriptor(value, writable: false, enumerable: true, configurable: false));
            Constructor.FastSetProperty(name, new PropertyDescriptor(value, writable: false, enumerable: true, configurable: false));
        }
        return this;
    }

    internal DomInterface Accessor(string name, Func<JsValue, JsValue> get, Action<JsValue, JsValue>? set = null)
    {
        Prototype.FastSetProperty(name, new GetSetPropertyDescriptor(
            _realm.Function($"get {name}", 0, (self, _) => get(self)),
            set is null ? JsValue.Undefined : _realm.Function($"set {name}", 1, (self, arguments) =>
            {
                set(self, arguments.Length > 0 ? arguments[0] : JsValue.Undefined);
                return JsValue.Undefined;
            }), enumerable: true, configurable: true));
        return this;
    }

    internal DomInterface Operation(string name, int length, Func<JsValue, JsValue[], JsValue> run)
    {
        Prototype.FastSetProperty(name, new PropertyDescriptor(_realm.Function(name, length, run), writable: true, enumerable: true, configurable: true));
        return this;
    }

    /// <summary>Makes the list iterable as arrays are.</summary>
    internal DomInterface Iterable()
    {
        var array = _realm.Engine.Intrinsics.Array.PrototypeObject;
        foreach (var name in (ReadOnlySpan<string>)["forEach", "entries", "keys", "values"])
            Prototype.FastSetProperty(name, new PropertyDescriptor(array.Get(name), writable: true, enumerable: true, configurable: true));
        return Iterator();
    }

    /// <summary>Makes the list work in <c>for … of</c>.</summary>
    internal DomInterface Iterator()
    {
        Prototype.FastSetProperty(GlobalSymbolRegistry.Iterator, new PropertyDescriptor(_realm.Engine.Intrinsics.Array.PrototypeObject.Get("values"), writable: true, enumerable: false, configurable: true));
        return this;
    }

    private T NodeOf<T>(JsValue self) where T : class, INode => self is JsNode { Node: T node } ? node : throw _realm.TypeError("Illegal invocation");

    private T ObjectOf<T>(JsValue self) where T : ObjectInstance => self as T ?? throw _realm.TypeError("Illegal invocation");

    private sealed class MembersObject(DomInterface owner, Action<DomInterface> fill) : ObjectInstance(owner._realm.Engine)
    {
        protected override void Initialize()
        {
            FastSetProperty("constructor", new PropertyDescriptor(owner.Constructor, writable: true, enumerable: false, configurable: true));
            FastSetProperty(GlobalSymbolRegistry.ToStringTag, new PropertyDescriptor(owner.Name, writable: false, enumerable: false, configurable: true));
            fill(owner);
        }
    }

    private sealed class InterfaceConstructor : Constructor
    {
        private readonly DomInterface _owner;
        private readonly Func<JsValue[], ObjectInstance, ObjectInstance>? _construct;

        internal InterfaceConstructor(DomInterface owner, Func<JsValue[], ObjectInstance, ObjectInstance>? construct) : base(owner._realm.Engine, owner.Name)
        {
            (_owner, _construct) = (owner, construct);
            _prototypeDescriptor = new PropertyDescriptor(owner.Prototype, writable: false, enumerable: false, configurable: false);
        }

        public override ObjectInstance Construct(JsValue[] arguments, JsValue newTarget)
        {
            if (_construct is null)
                throw _owner._realm.TypeError("Illegal constructor");
            var prototype = newTarget is ObjectInstance made && !ReferenceEquals(made, this) && made.Get("prototype") is ObjectInstance own ? own : _owner.Prototype;
            _owner._realm.NewTarget = newTarget;
            return _construct(arguments, prototype);
        }
    }
}

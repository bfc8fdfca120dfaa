using System.Globalization;
using AngleSharp.Dom;
using Jint.Native;
using Jint.Native.Object;
using Jint.Runtime;
using Jint.Runtime.Descriptors;

namespace ActorBrowser.ChildEntrypoints.Scripting;

/// <summary>An object whose properties are computed: an indexed or a named collection.</summary>
internal abstract class JsComputed : ObjectInstance
{
    internal JsComputed(PageRealm realm, ObjectInstance prototype) : base(realm.Engine)
    {
        Realm = realm;
        Prototype = prototype;
    }

    internal PageRealm Realm { get; }

    /// <summary>The value of an own property; null for none.</summary>
    protected abstract JsValue? Find(JsValue property);

    /// <summary>The names of the computed properties.</summary>
    protected abstract IEnumerable<JsValue> Names();

    /// <summary>Sets a computed property.</summary>
    /// <returns>False if it is an ordinary property.</returns>
    protected virtual bool TrySet(JsValue property, JsValue value) => false;

    /// <summary>Removes a computed property.</summary>
    protected virtual void Remove(JsValue property)
    {
    }

    public override JsValue Get(JsValue property, JsValue receiver) => Find(property) ?? base.Get(property, receiver);

    public override PropertyDescriptor GetOwnProperty(JsValue property) =>
        Find(property) is { } value ? new PropertyDescriptor(value, writable: true, enumerable: true, configurable: true) : base.GetOwnProperty(property);

    public override bool Set(JsValue property, JsValue value, JsValue receiver) => TrySet(property, value) || base.Set(property, value, receiver);

    public override bool DefineOwnProperty(JsValue property, PropertyDescriptor desc) =>
        (desc.Value is { } value && TrySet(property, value)) || base.DefineOwnProperty(property, desc);

    public override bool Delete(JsValue property)
    {
        if (Find(property) is null)
            return base.Delete(property);
        Remove(property);
        return true;
    }

    public override List<JsValue> GetOwnPropertyKeys(Types types = Types.String | Types.Symbol)
    {
        var keys = new List<JsValue>();
        if ((types & Types.String) != 0)
            keys.AddRange(Names());
        keys.AddRange(base.GetOwnPropertyKeys(types));
        return keys;
    }

    public override IEnumerable<KeyValuePair<JsValue, PropertyDescriptor>> GetOwnProperties()
    {
        foreach (var name in Names().ToArray())
            yield return new KeyValuePair<JsValue, PropertyDescriptor>(name, GetOwnProperty(name));
        foreach (var property in base.GetOwnProperties())
            yield return property;
    }

    /// <summary>Whether a property's name is an index.</summary>
    internal static bool IsIndex(JsValue property, out int index)
    {
        index = -1;
        if (property is JsNumber)
        {
            var number = TypeConverter.ToNumber(property);
            if (number < 0 || number > int.MaxValue || number != Math.Floor(number))
                return false;
            index = (int)number;
            return true;
        }
        if (property is not JsString)
            return false;
        var text = property.ToString();
        return text.Length > 0 && char.IsAsciiDigit(text[0]) && (text.Length == 1 || text[0] != '0') && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out index);
    }
}

/// <summary>A NodeList or an HTMLCollection. A live one is computed again after a change of the document.</summary>
internal sealed class JsNodeList : JsComputed
{
    private readonly Func<IReadOnlyList<INode>>? _compute;
    private readonly bool _isNamed;
    private IReadOnlyList<INode> _nodes;
    private long _version = -1;

    internal JsNodeList(PageRealm realm, ObjectInstance prototype, IReadOnlyList<INode> nodes) : base(realm, prototype) => _nodes = nodes;

    internal JsNodeList(PageRealm realm, ObjectInstance prototype, Func<IReadOnlyList<INode>> compute, bool isNamed) : base(realm, prototype) =>
        (_compute, _nodes, _isNamed) = (compute, [], isNamed);

    internal IReadOnlyList<INode> Nodes
    {
        get
        {
            if (_compute is not null && _version != Realm.Tree.Version)
                (_nodes, _version) = (_compute(), Realm.Tree.Version);
            return _nodes;
        }
    }

    internal JsArray ToArray() => new(Engine, [.. Nodes.Select(Realm.Wrap)]);

    internal JsValue Item(int index) => index >= 0 && index < Nodes.Count ? Realm.Wrap(Nodes[index]) : JsValue.Null;

    internal JsValue Named(string name)
    {
        foreach (var node in Nodes)
        {
            if (node is IElement element && (element.Id == name || element.GetAttribute("name") == name))
                return Realm.Wrap(element);
        }
        return JsValue.Null;
    }

    protected override JsValue? Find(JsValue property)
    {
        if (IsIndex(property, out var index))
            return index < Nodes.Count ? Realm.Wrap(Nodes[index]) : null;
        if (!_isNamed || property is not JsString || Prototype?.HasProperty(property) == true)
            return null;
        return Named(property.ToString()) is JsNode node ? node : null;
    }

    protected override IEnumerable<JsValue> Names() => Enumerable.Range(0, Nodes.Count).Select(static index => (JsValue)JsString.Create(index.ToString(CultureInfo.InvariantCulture)));
}

using System.Globalization;
using AngleSharp.Dom;
using Jint;
using Jint.Native;
using Jint.Native.Object;
using Jint.Runtime;

namespace ActorBrowser.ChildEntrypoints.Scripting;

/// <summary>Lists of nodes, tokens, attributes and data.</summary>
internal static class DomLists
{
    internal static void Define(PageRealm realm)
    {
        realm.Define("NodeList", null, static list => list
            .GetOf<JsNodeList>("length", static self => self.Nodes.Count)
            .MethodOf<JsNodeList>("item", 1, static (self, arguments) => self.Item(TypeConverter.ToInt32(PageRealm.At(arguments, 0))))
            .Iterable());
        realm.Define("HTMLCollection", null, list => list
            .GetOf<JsNodeList>("length", static self => self.Nodes.Count)
            .MethodOf<JsNodeList>("item", 1, static (self, arguments) => self.Item(TypeConverter.ToInt32(PageRealm.At(arguments, 0))))
            .MethodOf<JsNodeList>("namedItem", 1, (self, arguments) => self.Named(realm.Text(arguments, 0)))
            .Iterator());
        realm.Define("DOMTokenList", null, list => list
            .GetOf<JsTokens>("length", static self => self.Tokens.Length)
            .GetOf<JsTokens>("value", static self => self.Value, (self, value) => self.Write(TypeConverter.ToString(value)))
            .MethodOf<JsTokens>("item", 1, static (self, arguments) => self.Item(TypeConverter.ToInt32(PageRealm.At(arguments, 0))))
            .MethodOf<JsTokens>("contains", 1, (self, arguments) => self.Tokens.Contains(realm.Text(arguments, 0), StringComparer.Ordinal))
            .MethodOf<JsTokens>("add", 1, static (self, arguments) => self.Change(arguments, add: true))
            .MethodOf<JsTokens>("remove", 1, static (self, arguments) => self.Change(arguments, add: false))
            .MethodOf<JsTokens>("toggle", 1, (self, arguments) =>
            {
                var token = realm.Text(arguments, 0);
                var wanted = arguments.Length > 1 && !arguments[1].IsUndefined() ? TypeConverter.ToBoolean(arguments[1]) : !self.Tokens.Contains(token, StringComparer.Ordinal);
                self.Change([token], wanted);
                return wanted;
            })
            .MethodOf<JsTokens>("replace", 2, (self, arguments) =>
            {
                if (!self.Tokens.Contains(realm.Text(arguments, 0), StringComparer.Ordinal))
                    return false;
                self.Write(string.Join(' ', self.Tokens.Select(token => token == realm.Text(arguments, 0) ? realm.Text(arguments, 1) : token).Distinct(StringComparer.Ordinal)));
                return true;
            })
            .MethodOf<JsTokens>("supports", 1, static (_, _) => true)
            .MethodOf<JsTokens>("toString", 0, static (self, _) => self.Value)
            .Iterable());
        realm.Define("Attr", null, attribute => attribute
            .GetOf<JsAttribute>("name", static self => self.Name)
            .GetOf<JsAttribute>("localName", static self => self.Name)
            .GetOf<JsAttribute>("nodeName", static self => self.Name)
            .GetOf<JsAttribute>("nodeType", static _ => 2)
            .GetOf<JsAttribute>("specified", static _ => true)
            .GetOf<JsAttribute>("namespaceURI", static _ => JsValue.Null)
            .GetOf<JsAttribute>("ownerElement", self => realm.Wrap(self.Element))
            .GetOf<JsAttribute>("nodeValue", static self => self.Value, (self, value) => self.Set(TypeConverter.ToString(value)))
            .GetOf<JsAttribute>("value", static self => self.Value, (self, value) => self.Set(TypeConverter.ToString(value))));
        realm.Define("NamedNodeMap", null, map => map
            .GetOf<JsAttributes>("length", static self => self.Element.Attributes.Length)
            .MethodOf<JsAttributes>("item", 1, static (self, arguments) => self.At(TypeConverter.ToInt32(PageRealm.At(arguments, 0))) ?? JsValue.Null)
            .MethodOf<JsAttributes>("getNamedItem", 1, (self, arguments) => self.Attribute(realm.Text(arguments, 0)))
            .MethodOf<JsAttributes>("removeNamedItem", 1, (self, arguments) => DomElements.Do(() => realm.Tree.RemoveAttribute(self.Element, realm.Text(arguments, 0))))
            .Iterator());
        realm.Define("DOMStringMap", null, static _ => { });
        realm.Define("CSSStyleDeclaration", null, style => style
            .GetOf<JsStyle>("cssText", static self => self.Text, static (self, value) => self.Text = TypeConverter.ToString(value))
            .GetOf<JsStyle>("length", static self => self.Properties.Count)
            .MethodOf<JsStyle>("item", 1, static (self, arguments) => self.NameAt(TypeConverter.ToInt32(PageRealm.At(arguments, 0))))
            .MethodOf<JsStyle>("getPropertyValue", 1, (self, arguments) => self.Value(realm.Text(arguments, 0)))
            .MethodOf<JsStyle>("getPropertyPriority", 1, (self, arguments) => self.IsImportant(realm.Text(arguments, 0)) ? "important" : "")
            .MethodOf<JsStyle>("setProperty", 2, (self, arguments) => DomElements.Do(() =>
                self.Set(realm.Text(arguments, 0), DomNodes.TextOrEmpty(PageRealm.At(arguments, 1)), arguments.Length > 2 && TypeConverter.ToString(arguments[2]) == "important")))
            .MethodOf<JsStyle>("removeProperty", 1, (self, arguments) =>
            {
                var old = self.Value(realm.Text(arguments, 0));
                self.Set(realm.Text(arguments, 0), "", important: false);
                return old;
            }));
    }
}

/// <summary>A DOMTokenList over an attribute.</summary>
internal sealed class JsTokens(PageRealm realm, IElement element, string attribute) : JsComputed(realm, realm.PrototypeOf("DOMTokenList"))
{
    internal string Value => element.GetAttribute(attribute) ?? "";

    internal string[] Tokens => [.. Value.Split([' ', '\t', '\n', '\f', '\r'], StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal)];

    internal JsValue Item(int index) => Tokens is var tokens && index >= 0 && index < tokens.Length ? tokens[index] : Null;

    internal void Write(string value) => Realm.Tree.SetAttribute(element, attribute, value);

    internal JsValue Change(JsValue[] names, bool add)
    {
        var tokens = Tokens.ToList();
        foreach (var given in names)
        {
            var token = TypeConverter.ToString(given);
            if (token.Length == 0)
                throw Realm.DomError("SyntaxError", "The token provided must not be empty.");
            if (token.AsSpan().IndexOfAny(" \t\n\f\r") >= 0)
                throw Realm.DomError("InvalidCharacterError", $"The token provided ('{token}') contains HTML space characters, which are not valid in tokens.");
            if (!add)
                tokens.Remove(token);
            else if (!tokens.Contains(token))
                tokens.Add(token);
        }
        // As Chromium does: without an attribute, one is made by adding no token, but not by removing one.
        if (add || element.HasAttribute(attribute))
            Write(string.Join(' ', tokens));
        return Undefined;
    }

    protected override JsValue? Find(JsValue property) => IsIndex(property, out var index) && Tokens is var tokens && index < tokens.Length ? JsString.Create(tokens[index]) : null;

    protected override IEnumerable<JsValue> Names() => Tokens.Select(static (_, index) => (JsValue)index.ToString(CultureInfo.InvariantCulture));
}

/// <summary>One attribute of an element.</summary>
internal sealed class JsAttribute : ObjectInstance
{
    private readonly PageRealm _realm;
    private string _value = "";

    internal JsAttribute(PageRealm realm, IElement? element, string name) : base(realm.Engine)
    {
        (_realm, Element, Name) = (realm, element, name);
        Prototype = realm.PrototypeOf("Attr");
    }

    internal IElement? Element { get; }

    internal string Name { get; }

    internal string Value => Element is null ? _value : Element.GetAttribute(Name) ?? "";

    internal void Set(string value)
    {
        if (Element is null)
            _value = value;
        else
            _realm.Tree.SetAttribute(Element, Name, value);
    }
}

/// <summary>The attributes of an element.</summary>
internal sealed class JsAttributes(PageRealm realm, IElement element) : JsComputed(realm, realm.PrototypeOf("NamedNodeMap"))
{
    internal IElement Element => element;

    internal static JsAttributes Of(PageRealm realm, IElement element) => (JsAttributes)((JsNode)realm.Wrap(element)).Part("attributes", () => new JsAttributes(realm, element));

    internal JsValue? At(int index) => index >= 0 && index < element.Attributes.Length && element.Attributes[index] is { } found ? new JsAttribute(Realm, element, found.Name) : null;

    internal JsValue Attribute(string name) => element.HasAttribute(name) ? new JsAttribute(Realm, element, name) : Null;

    protected override JsValue? Find(JsValue property)
    {
        if (IsIndex(property, out var index))
            return At(index);
        return property is JsString && Prototype?.HasProperty(property) != true && element.HasAttribute(property.ToString()) ? new JsAttribute(Realm, element, property.ToString()) : null;
    }

    protected override IEnumerable<JsValue> Names() => Enumerable.Range(0, element.Attributes.Length).Select(static index => (JsValue)index.ToString(CultureInfo.InvariantCulture));
}

/// <summary>The data- attributes of an element.</summary>
internal sealed class JsDataset(PageRealm realm, IElement element) : JsComputed(realm, realm.PrototypeOf("DOMStringMap"))
{
    protected override JsValue? Find(JsValue property) => property is JsString && element.GetAttribute(AttributeOf(property.ToString())) is { } value ? JsString.Create(value) : null;

    protected override IEnumerable<JsValue> Names() => element.Attributes
        .Where(static attribute => attribute.Name.StartsWith("data-", StringComparison.Ordinal)).Select(static attribute => (JsValue)JsStyle.Camel(attribute.Name[5..]));

    protected override bool TrySet(JsValue property, JsValue value)
    {
        if (property is not JsString)
            return false;
        Realm.Tree.SetAttribute(element, AttributeOf(property.ToString()), TypeConverter.ToString(value));
        return true;
    }

    protected override void Remove(JsValue property) => Realm.Tree.RemoveAttribute(element, AttributeOf(property.ToString()));

    private static string AttributeOf(string name) => "data-" + JsStyle.Dashed(name);
}

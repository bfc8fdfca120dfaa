using System.Text;
using AngleSharp.Dom;
using Jint.Native;

namespace ActorBrowser.ChildEntrypoints.Scripting;

/// <summary>The style attribute of an element as properties. There are no style sheets; values are kept as they are written.</summary>
internal sealed class JsStyle : JsComputed
{
    private readonly IElement? _element;
    private readonly List<(string Name, string Value, bool Important)> _computed = [];
    private string? _read;
    private List<(string Name, string Value, bool Important)> _properties = [];

    internal JsStyle(PageRealm realm, IElement element) : base(realm, realm.PrototypeOf("CSSStyleDeclaration")) => _element = element;

    /// <summary>A style that cannot be changed: what is known of an element's computed style.</summary>
    internal JsStyle(PageRealm realm, IElement element, string display) : base(realm, realm.PrototypeOf("CSSStyleDeclaration"))
    {
        _computed.AddRange(Parse(element.GetAttribute("style") ?? ""));
        if (!_computed.Exists(static property => property.Name == "display"))
            _computed.Add(("display", display, false));
        foreach (var (name, value) in (ReadOnlySpan<(string, string)>)[("visibility", "visible"), ("opacity", "1"), ("position", "static"), ("animation-name", "none"), ("transition-duration", "0s"), ("transition-delay", "0s"), ("animation-duration", "0s"), ("animation-delay", "0s")])
        {
            if (!_computed.Exists(property => property.Name == name))
                _computed.Add((name, value, false));
        }
    }

    internal List<(string Name, string Value, bool Important)> Properties
    {
        get
        {
            if (_element is null)
                return _computed;
            var now = _element.GetAttribute("style") ?? "";
            if (now != _read)
                (_properties, _read) = (Parse(now), now);
            return _properties;
        }
    }

    internal string Text
    {
        get => Write(Properties);
        set
        {
            if (_element is not null)
                Realm.Tree.SetAttribute(_element, "style", Write(Parse(value)));
        }
    }

    /// <summary>One property of a style attribute; null if it is not set.</summary>
    internal static string? Read(string? style, string name) =>
        style is null || !style.Contains(name, StringComparison.OrdinalIgnoreCase) ? null : Parse(style).FindLast(property => property.Name == name).Value;

    internal string NameAt(int index) => index >= 0 && index < Properties.Count ? Properties[index].Name : "";

    internal string Value(string name) => Properties.FindLast(property => property.Name == Canonical(name)).Value ?? "";

    internal bool IsImportant(string name) => Properties.FindLast(property => property.Name == Canonical(name)).Important;

    internal void Set(string name, string value, bool important)
    {
        if (_element is null)
            return;
        name = Canonical(name);
        value = value.Trim();
        var properties = Properties.ToList();
        var index = properties.FindIndex(property => property.Name == name);
        if (value.Length == 0)
        {
            if (index < 0)
                return;
            properties.RemoveAt(index);
        }
        else if (index < 0)
        {
            properties.Add((name, value, important));
        }
        else
        {
            properties[index] = (name, value, important);
        }
        Realm.Tree.SetAttribute(_element, "style", Write(properties));
    }

    protected override JsValue? Find(JsValue property)
    {
        if (IsIndex(property, out var index))
            return index < Properties.Count ? JsString.Create(Properties[index].Name) : null;
        if (property is not JsString || Prototype?.HasProperty(property) == true)
            return null;
        var name = property.ToString();
        return IsPropertyName(name) ? JsString.Create(Value(name is "cssFloat" ? "float" : Dashed(name))) : null;
    }

    protected override bool TrySet(JsValue property, JsValue value)
    {
        if (property is not JsString || Prototype?.HasProperty(property) == true || !IsPropertyName(property.ToString()))
            return false;
        var name = property.ToString();
        Set(name is "cssFloat" ? "float" : Dashed(name), DomNodes.TextOrEmpty(value), important: false);
        return true;
    }

    protected override IEnumerable<JsValue> Names() => Properties.Select(static (_, index) => (JsValue)index.ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <summary><c>backgroundColor</c> → <c>background-color</c>.</summary>
    internal static string Dashed(string name)
    {
        var dashed = new StringBuilder(name.Length + 4);
        if (name.StartsWith("webkit", StringComparison.Ordinal) || name.StartsWith("moz", StringComparison.Ordinal))
            dashed.Append('-');
        foreach (var character in name)
        {
            if (char.IsAsciiLetterUpper(character))
                dashed.Append('-').Append(char.ToLowerInvariant(character));
            else
                dashed.Append(character);
        }
        return dashed.ToString();
    }

    /// <summary><c>background-color</c> → <c>backgroundColor</c>.</summary>
    internal static string Camel(string name)
    {
        var camel = new StringBuilder(name.Length);
        for (var i = 0; i < name.Length; i++)
        {
            if (name[i] == '-' && i + 1 < name.Length && char.IsAsciiLetterLower(name[i + 1]))
                camel.Append(char.ToUpperInvariant(name[++i]));
            else
                camel.Append(name[i]);
        }
        return camel.ToString();
    }

    private static bool IsPropertyName(string name)
    {
        if (name.Length is 0 or > 60)
            return false;
        foreach (var character in name)
        {
            if (!char.IsAsciiLetterOrDigit(character) && character != '-')
                return false;
        }
        return true;
    }

    private static string Canonical(string name) => name.StartsWith("--", StringComparison.Ordinal) ? name : name.ToLowerInvariant();

    private static string Write(List<(string Name, string Value, bool Important)> properties) =>
        string.Join(' ', properties.Select(static property => $"{property.Name}: {property.Value}{(property.Important ? " !important" : "")};"));

    private static List<(string Name, string Value, bool Important)> Parse(string style)
    {
        var properties = new List<(string, string, bool)>();
        var (start, depth, quote) = (0, 0, '\0');
        for (var i = 0; i <= style.Length; i++)
        {
            var character = i < style.Length ? style[i] : ';';
            if (quote != '\0' && i < style.Length)
            {
                if (character == quote)
                    quote = '\0';
                continue;
            }
            switch (character)
            {
                case '"' or '\'':
                    quote = character;
                    break;
                case '(':
                    depth++;
                    break;
                case ')':
                    depth--;
                    break;
                case ';' when depth <= 0 || i == style.Length:
                    Add(style[start..i], properties);
                    (start, depth) = (i + 1, 0);
                    break;
                default:
                    break;
            }
        }
        return properties;
    }

    private static void Add(string declaration, List<(string Name, string Value, bool Important)> properties)
    {
        var colon = declaration.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0)
            return;
        var (name, value) = (Canonical(declaration[..colon].Trim()), declaration[(colon + 1)..].Trim());
        var important = value.EndsWith("!important", StringComparison.OrdinalIgnoreCase);
        if (important)
            value = value[..^10].TrimEnd();
        if (value.Length == 0 || name.Length == 0)
            return;
        properties.RemoveAll(property => property.Name == name);
        properties.Add((name, value, important));
    }
}

using System.Globalization;
using AngleSharp.Dom;
using Jint.Runtime;

namespace ActorBrowser.ChildEntrypoints.Scripting;

/// <summary>Properties that reflect attributes.</summary>
internal static class Reflection
{
    /// <summary>
    /// Defines properties by a list, each <c>property</c> or <c>property:attribute</c>; with <c>?</c> at the end for a boolean, <c>#</c> for a
    /// number, <c>@</c> for a URL.
    /// </summary>
    internal static void Define(PageRealm realm, DomInterface defined, string list)
    {
        foreach (var entry in list.Split(' '))
        {
            var kind = entry[^1] is '?' or '#' or '@' ? entry[^1] : ' ';
            var names = entry.TrimEnd('?', '#', '@').Split(':');
            var (property, attribute) = (names[0], names[^1].ToLowerInvariant());
            switch (kind)
            {
                case '?':
                    defined.Get<IElement>(property, node => node.HasAttribute(attribute), (node, value) =>
                    {
                        if (TypeConverter.ToBoolean(value))
                            realm.Tree.SetAttribute(node, attribute, "");
                        else
                            realm.Tree.RemoveAttribute(node, attribute);
                    });
                    break;
                case '#':
                    defined.Get<IElement>(property, node => int.TryParse(node.GetAttribute(attribute), NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : 0,
                        (node, value) => realm.Tree.SetAttribute(node, attribute, TypeConverter.ToInt32(value).ToString(CultureInfo.InvariantCulture)));
                    break;
                case '@':
                    defined.Get<IElement>(property, node => node.GetAttribute(attribute) is { } reference ? realm.Live.Resolve(reference, anyScheme: true) ?? reference : "",
                        (node, value) => realm.Tree.SetAttribute(node, attribute, TypeConverter.ToString(value)));
                    break;
                default:
                    defined.Get<IElement>(property, node => node.GetAttribute(attribute) ?? "", (node, value) => realm.Tree.SetAttribute(node, attribute, TypeConverter.ToString(value)));
                    break;
            }
        }
    }
}

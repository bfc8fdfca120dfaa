using AngleSharp.Dom;
using Jint.Native.Object;

namespace ActorBrowser.ChildEntrypoints.Scripting;

/// <summary>An object of the page that events can be dispatched to.</summary>
internal class JsTarget : ObjectInstance
{
    internal JsTarget(PageRealm realm, ObjectInstance prototype) : base(realm.Engine)
    {
        Realm = realm;
        Prototype = prototype;
    }

    internal PageRealm Realm { get; }

    /// <summary>Its event listeners; null if there were none yet.</summary>
    internal EventListeners? Listeners { get; set; }
}

/// <summary>A node of the document, as scripts see it. There is one for each node that a script has seen, as long as the node lives.</summary>
internal sealed class JsNode : JsTarget
{
    private Dictionary<string, ObjectInstance>? _parts;

    internal JsNode(PageRealm realm, ObjectInstance prototype, INode node) : base(realm, prototype) => Node = node;

    internal INode Node { get; }

    /// <summary>Where among its parent's children it was last; AngleSharp would search for it.</summary>
    internal int Place { get; set; }

    /// <summary>Who observes it.</summary>
    internal List<MutationRegistration>? Observers { get; set; }

    /// <summary>Its HTML.</summary>
    internal string Html => Node switch
    {
        IElement element => element.OuterHtml,
        IDocument document => document.DocumentElement?.OuterHtml ?? "",
        _ => Node.TextContent ?? "",
    };

    /// <summary>One of the objects that belong to it, such as its style: made when it is asked for.</summary>
    internal ObjectInstance Part(string name, Func<ObjectInstance> make)
    {
        _parts ??= new Dictionary<string, ObjectInstance>(StringComparer.Ordinal);
        if (!_parts.TryGetValue(name, out var part))
            _parts[name] = part = make();
        return part;
    }
}

using ActorBrowser.ChildEntrypoints.Rendering;
using ActorBrowser.Transport;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;

namespace ActorBrowser.ChildEntrypoints.Scripting;

/// <summary>Every change that scripts make to the tree: within the limit of depth, and observed.</summary>
/// <param name="realm">The page's realm.</param>
internal sealed class DomTree(PageRealm realm)
{
    /// <summary>How deep scripts may nest elements: the code that walks over a tree recurses.</summary>
    private const int MaxDepth = 1000;

    private readonly HashSet<INode> _started = new(ReferenceEqualityComparer.Instance);

    /// <summary>Changes with each change of the tree.</summary>
    internal long Version { get; private set; }

    /// <summary>The tree was changed by something else than a script.</summary>
    internal void Changed() => Version++;

    /// <summary>Inserts a node, or a fragment's nodes.</summary>
    internal void Insert(INode parent, INode node, INode? before)
    {
        CheckDepth(parent, node);
        if (node is IDocumentFragment)
        {
            var moved = node.ChildNodes.ToArray();
            if (moved.Length == 0)
                return;
            foreach (var child in moved)
                node.RemoveChild(child);
            Version++;
            realm.Mutations.Removed(node, moved, null, null);
            foreach (var child in moved)
                parent.InsertBefore(child, before);
            Version++;
            realm.Mutations.Added(parent, moved, moved[0].PreviousSibling, before);
            Inserted(moved);
            return;
        }
        if (node == before)
            before = node.NextSibling;
        if (node.Parent is not null)
        {
            if (node is IElement && Contains(node, parent))
                throw new DomException(DomError.HierarchyRequest);
            Remove(node);
        }
        if (before is null)
            parent.AppendChild(node);
        else
            parent.InsertBefore(node, before);
        Version++;
        if (realm.Mutations.IsObserved)
            realm.Mutations.Added(parent, [node], node.PreviousSibling, before);
        Inserted([node]);
    }

    /// <summary>Removes a node from its parent, if it has one.</summary>
    internal void Remove(INode node)
    {
        if (node.Parent is not { } parent)
            return;
        var (previous, next) = realm.Mutations.IsObserved ? (node.PreviousSibling, node.NextSibling) : (null, null);
        parent.RemoveChild(node);
        Version++;
        realm.Mutations.Removed(parent, [node], previous, next);
        realm.Elements.Disconnected(node);
    }

    /// <summary>Replaces all children by one node or none.</summary>
    internal void ReplaceAll(INode parent, INode? node)
    {
        var removed = parent.ChildNodes.ToArray();
        for (var i = removed.Length - 1; i >= 0; i--)
            parent.RemoveChild(removed[i]);
        Version++;
        if (removed.Length > 0)
        {
            realm.Mutations.Removed(parent, removed, null, null);
            foreach (var child in removed)
                realm.Elements.Disconnected(child);
        }
        if (node is not null)
            Insert(parent, node, null);
    }

    internal void SetText(ICharacterData node, string data)
    {
        var old = node.Data;
        node.Data = data;
        Version++;
        realm.Mutations.Text(node, old);
    }

    internal void SetAttribute(IElement element, string name, string value, string? ns = null)
    {
        var old = element.GetAttribute(name);
        if (ns is null)
            element.SetAttribute(name, value);
        else
            element.SetAttribute(ns, name, value);
        AttributeChanged(element, name, old, value);
    }

    internal void RemoveAttribute(IElement element, string name)
    {
        if (element.GetAttribute(name) is not { } old)
            return;
        element.RemoveAttribute(name);
        AttributeChanged(element, name, old, null);
    }

    /// <summary>Parses a fragment of HTML in the context of an element. Its scripts never run, unless <paramref name="runsScripts"/> is set.</summary>
    internal IDocumentFragment Parse(string html, IElement context, bool runsScripts = false)
    {
        var guard = new ParseGuard(new DocumentLimits(MaxDepth, 1_000_000, 0));
        var parser = new HtmlParser(new HtmlParserOptions { IsScripting = realm.Page.RunsPageScripts, IsNotConsumingCharacterReferences = false, MaximumDepth = MaxDepth + ParseGuard.Margin, OnCreated = guard.OnCreated });
        var fragment = realm.Document.CreateDocumentFragment();
        foreach (var node in parser.ParseFragment(html, context).ToArray())
        {
            foreach (var script in runsScripts ? [] : Scripts(node))
                _started.Add(script);
            fragment.AppendChild(node);
        }
        return fragment;
    }

    /// <summary>Marks a script as started.</summary>
    /// <returns>False if it was.</returns>
    internal bool Start(INode script) => _started.Add(script);

    /// <summary>A copy; a copy of a script that has run does not run.</summary>
    internal INode Clone(INode node, bool deep)
    {
        var copy = node.Clone(deep);
        if (_started.Count > 0)
        {
            foreach (var (original, made) in Scripts(node).Zip(Scripts(copy)))
            {
                if (_started.Contains(original))
                    _started.Add(made);
            }
        }
        return copy;
    }

    private void AttributeChanged(IElement element, string name, string? old, string? value)
    {
        Version++;
        realm.Mutations.Attribute(element, name, old);
        realm.Elements.AttributeChanged(element, name, old, value);
        realm.Known(element)?.Listeners?.AttributeChanged(name);
    }

    private void Inserted(INode[] nodes)
    {
        if (nodes[0].Parent is not { } parent || !IsConnected(parent))
            return;
        foreach (var node in nodes)
        {
            realm.Elements.Connected(node);
            if (!realm.Page.RunsPageScripts || node is not IElement)
                continue;
            foreach (var script in Scripts(node).ToArray())
                realm.Page.Loader.Inserted(script);
        }
    }

    internal static bool IsConnected(INode node)
    {
        INode? at = node;
        while (at is not null and not IDocument)
            at = at.Parent;
        return at is not null;
    }

    internal static bool Contains(INode outer, INode inner)
    {
        for (INode? at = inner; at is not null; at = at.Parent)
        {
            if (at == outer)
                return true;
        }
        return false;
    }

    private static IEnumerable<IHtmlScriptElement> Scripts(INode node) => node is IHtmlScriptElement own ? [own] : node is IElement element && element.HasChildNodes ? element.QuerySelectorAll("script").OfType<IHtmlScriptElement>() : [];

    private static void CheckDepth(INode parent, INode node)
    {
        var depth = 0;
        for (INode? at = parent; at is not null; at = at.Parent)
            depth++;
        if (node.HasChildNodes)
        {
            var path = new Stack<(INodeList Children, int Next)>();
            path.Push((node.ChildNodes, 0));
            while (path.TryPop(out var level))
            {
                if (depth + path.Count + 1 > MaxDepth)
                    break;
                if (level.Next >= level.Children.Length)
                    continue;
                var child = level.Children[level.Next];
                path.Push((level.Children, level.Next + 1));
                if (child.HasChildNodes)
                    path.Push((child.ChildNodes, 0));
            }
            depth += path.Count;
        }
        if (depth >= MaxDepth)
            throw new DocumentFailedException(DocumentFailure.TooDeep, $"Elements are nested more than {MaxDepth} deep.");
    }
}

using System.Collections.Generic;
using System.Collections.Immutable;

namespace Akka.Util;

/// <summary>
/// Values by path, where an element of the stored path may be <c>*</c> (any one element) and its last may be
/// <c>**</c> (any rest). An exact element is preferred to a wildcard at each step.
/// </summary>
internal sealed class WildcardIndex<T>
    where T : class
{
    private readonly Node _root;

    public WildcardIndex()
        : this(new Node(null, ImmutableDictionary<string, Node>.Empty))
    {
    }

    private WildcardIndex(Node root) => _root = root;

    public bool IsEmpty => _root.Data is null && _root.Children.IsEmpty;

    public WildcardIndex<T> Insert(IEnumerable<string> elems, T data) =>
        elems is null ? this : new(_root.With([.. elems], 0, data));

    public T Find(IEnumerable<string> elems)
    {
        string[] path = [.. elems];
        return _root.FindExact(path, 0) ?? _root.FindRest(path, 0);
    }

    private sealed record Node(T Data, ImmutableDictionary<string, Node> Children)
    {
        public Node With(string[] path, int at, T data)
        {
            if (at == path.Length)
            {
                return this with { Data = data };
            }

            var child = Children.GetValueOrDefault(path[at], new Node(null, ImmutableDictionary<string, Node>.Empty));
            return this with { Children = Children.SetItem(path[at], child.With(path, at + 1, data)) };
        }

        public T FindExact(string[] path, int at) =>
            at == path.Length ? Data
            : Children.TryGetValue(path[at], out var next) || Children.TryGetValue("*", out next) ? next.FindExact(path, at + 1)
            : null;

        // The deepest "**" on the way.
        public T FindRest(string[] path, int at)
        {
            var here = Children.TryGetValue("**", out var rest) ? rest.Data : null;
            return at == path.Length ? null
                : Children.TryGetValue(path[at], out var next) || Children.TryGetValue("*", out next) ? next.FindRest(path, at + 1) ?? here
                : here;
        }
    }
}

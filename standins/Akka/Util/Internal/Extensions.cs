using System;
using System.Collections.Generic;
using System.Linq;

namespace Akka.Util.Internal;

/// <summary>Small helpers of Akka's own code that its specs use as well.</summary>
public static class Extensions
{
    public static T AsInstanceOf<T>(this object self) => (T)self;

    public static IEnumerable<T> Drop<T>(this IEnumerable<T> self, int count) => self.Skip(count);

    public static T Head<T>(this IEnumerable<T> self) => self.FirstOrDefault();

    public static string Join(this IEnumerable<string> self, string separator) => string.Join(separator, self);

    public static string BetweenDoubleQuotes(this string self) => $"\"{self}\"";

    /// <summary>Splits at dots; a quoted part is taken whole.</summary>
    public static IEnumerable<string> SplitDottedPathHonouringQuotes(this string path)
    {
        for (var start = 0; start < path.Length;)
        {
            var quoted = path[start] == '"';
            var from = quoted ? start + 1 : start;
            var to = path.IndexOf(quoted ? '"' : '.', from);
            yield return to < 0 ? path[from..] : path[from..to];
            start = to < 0 ? path.Length : to + (quoted ? 2 : 1);
        }
    }

    public static void AddOrSet<TKey, TValue>(this IDictionary<TKey, TValue> hash, TKey key, TValue value) => hash[key] = value;

    public static TValue GetOrElse<TKey, TValue>(this IDictionary<TKey, TValue> hash, TKey key, TValue elseValue) =>
        hash.TryGetValue(key, out var value) ? value : elseValue;

    public static IDictionary<TKey, TValue> AddAndReturn<TKey, TValue>(this IDictionary<TKey, TValue> hash, TKey key, TValue value)
    {
        hash[key] = value;
        return hash;
    }

    public static TimeSpan Max(this TimeSpan @this, TimeSpan other) => @this > other ? @this : other;

    public static TimeSpan Min(this TimeSpan @this, TimeSpan other) => @this < other ? @this : other;

    public static IEnumerable<T> Concat<T>(this IEnumerable<T> enumerable, T item) => (enumerable ?? []).Append(item);

    public static void ForEach<T>(this IEnumerable<T> source, Action<T> action)
    {
        foreach (var item in source)
        {
            action(item);
        }
    }

    public static IEnumerable<T> TakeRight<T>(this IEnumerable<T> self, int n) => self.TakeLast(n);
}

using System.Collections;
using System.Reflection;
using Akka.Actor;

namespace ActorBrowser.ClusterTests;

/// <summary>Compares messages by their parts: records compare lists and memory by reference.</summary>
internal static class Structure
{
    private const BindingFlags Any = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    /// <summary>Fails, with the path of the part, if two values differ anywhere.</summary>
    internal static void AssertEqual(object? expected, object? actual, string path = "message")
    {
        if (expected is null || actual is null)
        {
            Assert.True(expected is null && actual is null, $"{path} is {actual ?? "null"} instead of {expected ?? "null"}");
            return;
        }
        if (expected is ReadOnlyMemory<byte> memory)
        {
            Assert.True(memory.Span.SequenceEqual(((ReadOnlyMemory<byte>)actual).Span), $"{path} has other bytes");
        }
        else if (expected is string or IActorRef || expected.GetType().IsPrimitive || expected.GetType().IsEnum || expected is TimeSpan or DateTimeOffset)
        {
            Assert.True(expected.Equals(actual), $"{path} is {actual} instead of {expected}");
        }
        else if (expected is IEnumerable list)
        {
            var (all, others) = (list.Cast<object>().ToArray(), ((IEnumerable)actual).Cast<object>().ToArray());
            Assert.True(all.Length == others.Length, $"{path} has {others.Length} entries instead of {all.Length}");
            for (var i = 0; i < all.Length; i++)
                AssertEqual(all[i], others[i], $"{path}[{i}]");
        }
        else
        {
            Assert.Equal(expected.GetType(), actual.GetType());
            foreach (var property in PropertiesOf(expected))
                AssertEqual(property.GetValue(expected), property.GetValue(actual), $"{path}.{property.Name}");
        }
    }

    /// <summary>The parts that have the value which they have when nobody sets them.</summary>
    internal static IEnumerable<string> Unset(object value, string path = "message")
    {
        if (value is string or IActorRef or ReadOnlyMemory<byte> || value.GetType().IsPrimitive || value.GetType().IsEnum || value is TimeSpan or DateTimeOffset or IEnumerable)
            yield break;
        foreach (var property in PropertiesOf(value).Where(static property => property.CanWrite))
        {
            var part = property.GetValue(value);
            var name = $"{path}.{property.Name}";
            if (part is null || (part is false or 0 or 0L) || part is ReadOnlyMemory<byte> { Length: 0 } || (part is ICollection { Count: 0 }))
                yield return name;
            else
                foreach (var inner in Unset(part, name))
                    yield return inner;
        }
    }

    private static IEnumerable<PropertyInfo> PropertiesOf(object value) =>
        value.GetType().GetProperties(Any).Where(static property => property.GetIndexParameters().Length == 0 && property.Name != "EqualityContract" && !property.PropertyType.IsByRefLike);
}

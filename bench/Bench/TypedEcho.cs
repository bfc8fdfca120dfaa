using MessagePack;

namespace ActorBrowser.Bench;

/// <summary>A message of a typed role.</summary>
[MessagePackObject]
public sealed record Text([property: Key(0)] string Value);

/// <summary>Answered by so many numbers.</summary>
[MessagePackObject]
public sealed record Numbers([property: Key(0)] int Count);

/// <summary>Answered by its length.</summary>
[MessagePackObject]
public sealed record Blob([property: Key(0)] byte[] Data);

/// <summary>A typed role that does nothing: what is measured is the way to it and back.</summary>
public sealed class TypedEcho
{
    public static readonly RoleDefinition<TypedEcho> Role = RoleDefinition.For("echo", static () => new TypedEcho())
        .Handles<Text, Text>(static (_, text, _) => ValueTask.FromResult(text))
        .Handles<Blob, int>(static (_, blob, _) => ValueTask.FromResult(blob.Data.Length))
        .Streams<Numbers, int>(static (_, numbers, _) => CountAsync(numbers.Count));

    private static async IAsyncEnumerable<int> CountAsync(int count)
    {
        for (var i = 0; i < count; i++)
            yield return i;
        await Task.CompletedTask;
    }
}

using ActorBrowser;
using MessagePack;

namespace BrowserRole;

[MessagePackObject]
public sealed record Count([property: Key(0)] string Text);

[MessagePackObject]
public sealed record Words([property: Key(0)] int Number);

/// <summary>Counts the words of texts that nobody has checked. Its object exists in a confined child process, and only there.</summary>
public sealed class WordCounter
{
    public static readonly RoleDefinition<WordCounter> Role = RoleDefinition.For("word-counter", static () => new WordCounter())
        .Handles<Count, Words>(static (counter, count, _) => counter.CountAsync(count));

    // An exception here is the asker's RoleFailedException; the process lives.
    private ValueTask<Words> CountAsync(Count count) =>
        ValueTask.FromResult(new Words(count.Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length));
}

using System.Runtime.CompilerServices;
using MessagePack;

namespace ActorBrowser.Samples.Roles;

[MessagePackObject]
public sealed record Find([property: Key(0)] int Most);

[MessagePackObject]
public sealed record Progress([property: Key(0)] int Done);

[MessagePackObject]
public sealed record Forget([property: Key(0)] string What);

// <!-- finder -->
public sealed class Finder
{
    public static readonly RoleDefinition<Finder> Role = RoleDefinition.For("finder", static () => new Finder())
        .Streams<Find, string>(static (finder, find, context) => finder.FindAsync(find, context))
        .Receives<Forget>(static (finder, forget, _) => finder.ForgetAsync(forget))
        .Publishes<Progress>();

    private readonly HashSet<string> _forgotten = [];

    private async IAsyncEnumerable<string> FindAsync(Find find, RoleContext context, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        for (var i = 1; i <= find.Most; i++)
        {
            // Reaches every actor that has sent RoleProtocol.Subscribe to the role.
            await context.PublishAsync(new Progress(i));
            if (!_forgotten.Contains($"finding {i}"))
                yield return $"finding {i}";
        }
    }

    private ValueTask ForgetAsync(Forget forget)
    {
        _forgotten.Add(forget.What);
        return default;
    }
}
// <!-- /finder -->

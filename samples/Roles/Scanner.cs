using MessagePack;

namespace ActorBrowser.Samples.Roles;

// <!-- role -->
[MessagePackObject]
public sealed record Scan([property: Key(0)] string Path);

[MessagePackObject]
public sealed record Verdict([property: Key(0)] bool IsClean, [property: Key(1)] string Reason);

public sealed class Scanner // its object exists in the child, and only there
{
    public static readonly RoleDefinition<Scanner> Role = RoleDefinition.For("scanner", static () => new Scanner())
        .Handles<Scan, Verdict>(static (scanner, scan, context) => scanner.ScanAsync(scan, context));

    private async ValueTask<Verdict> ScanAsync(Scan scan, RoleContext context)
    {
        var text = await File.ReadAllTextAsync(scan.Path, context.Cancellation);
        return new Verdict(!text.Contains("EICAR", StringComparison.Ordinal), $"{text.Length} characters read");
    }
}
// <!-- /role -->

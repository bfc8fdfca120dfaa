using MessagePack;

namespace ActorBrowser.Samples.Rules;

// <!-- contract -->
[MessagePackObject]
public sealed record Order([property: Key(0)] decimal Total, [property: Key(1)] string Country);

[MessagePackObject]
public sealed record Evaluate([property: Key(0)] string Rule, [property: Key(1)] Order Order);

public interface IRuleEngine
{
    ValueTask<bool> EvaluateAsync(Evaluate request, RoleContext context);
}

public static class Rules
{
    public static RoleDefinition<IRuleEngine> Role { get; } = RoleDefinition.ForPlugin<IRuleEngine>("rules")
        .Handles<Evaluate, bool>(static (engine, request, context) => engine.EvaluateAsync(request, context));
}
// <!-- /contract -->

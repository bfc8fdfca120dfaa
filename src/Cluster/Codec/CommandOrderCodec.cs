using ActorBrowser.Transport;
using MessagePack;

namespace ActorBrowser.Cluster;

/// <summary>A command as it is asked of a node.</summary>
internal static class CommandOrderCodec
{
    // The registry's own limit is 8 MiB for all arguments and variables.
    private const int MostTexts = 1 << 20;
    private const int MostRules = 10_000;
    private const int MostSecrets = 32;

    internal static void Write(ref MessagePackWriter writer, CommandOrder order)
    {
        writer.WriteArrayHeader(24);
        writer.WriteList(order.Arguments, static (ref writer, argument) => WriteBytes(ref writer, argument));
        writer.Write(order.IsAwaited);
        writer.WriteBytes(order.Folder?.Bytes);
        writer.WriteNested(order.Environment, WriteEnvironment);
        writer.Write((int)order.Input);
        writer.Write((int)order.Output);
        writer.Write(order.Columns);
        writer.Write(order.Rows);
        writer.WriteTime(order.TotalTimeout);
        writer.WriteTime(order.IdleTimeout);
        writer.WriteTime(order.Grace);
        writer.WriteTime(order.DrainTimeout);
        WriteLimits(ref writer, order.Limits);
        writer.Write(order.SpillFile);
        writer.Write(order.Profile);
        writer.WriteOrNil((long?)order.OnRefusal);
        writer.WriteTexts(order.Egress);
        writer.WriteList(order.Secrets, WriteSecret);
        writer.WriteTexts(order.Read);
        writer.Write(order.World);
        writer.Write(order.Scratch);
        writer.WriteNested(order.Subscription, CommandSaidCodecs.WriteSubscription);
        writer.Write(order.Subscriber);
        writer.Write(order.TraceParent);
    }

    internal static CommandOrder Read(ref Fields fields) => new(fields.List(ReadText, MostTexts))
    {
        IsAwaited = fields.Flag(),
        Folder = fields.BytesOrNull() is { } folder ? CommandText.FromBytes(folder) : default(CommandText?),
        Environment = fields.NestedOrNull(ReadEnvironment),
        Input = fields.Choice<CommandInput>(),
        Output = fields.Choice<CommandOutput>(),
        Columns = fields.Int32(),
        Rows = fields.Int32(),
        TotalTimeout = fields.TimeOrNull(),
        IdleTimeout = fields.TimeOrNull(),
        Grace = fields.TimeOrNull(),
        DrainTimeout = fields.TimeOrNull(),
        Limits = fields.Nested(ReadLimits),
        SpillFile = fields.TextOrNull(),
        Profile = fields.TextOrNull(),
        OnRefusal = fields.ChoiceOrNull<RefusalMode>(),
        Egress = fields.TextsOrNull(MostRules),
        Secrets = fields.ListOrNull(ReadSecret, MostSecrets),
        Read = fields.TextsOrNull(MostRules),
        World = fields.TextOrNull(),
        Scratch = fields.TextOrNull(),
        Subscription = fields.NestedOrNull(CommandSaidCodecs.ReadSubscription),
        Subscriber = fields.Number(0, long.MaxValue),
        TraceParent = fields.TextOrNull(256),
    };

    // A list's entries are arrays, so that a later version may say more of each.
    private static void WriteBytes(ref MessagePackWriter writer, CommandText text)
    {
        writer.WriteArrayHeader(1);
        writer.WriteBytes(text.Bytes);
    }

    private static CommandText ReadText(ref Fields fields) => CommandText.FromBytes(fields.Bytes());

    private static void WriteEnvironment(ref MessagePackWriter writer, CommandEnvironment environment)
    {
        writer.WriteArrayHeader(2);
        writer.WriteTexts(environment.Inherited);
        writer.WriteList(environment.Variables, static (ref writer, variable) =>
        {
            writer.WriteArrayHeader(2);
            writer.Write(variable.Key);
            writer.WriteBytes(variable.Value.Bytes);
        });
    }

    private static CommandEnvironment ReadEnvironment(ref Fields fields)
    {
        var inherited = fields.TextsOrNull(MostTexts);
        var variables = new Dictionary<string, CommandText>(StringComparer.Ordinal);
        foreach (var (name, value) in fields.List(static (ref fields) => (fields.Text(), CommandText.FromBytes(fields.Bytes())), MostTexts))
            variables[name] = value;
        return (inherited is null ? CommandEnvironment.Default : CommandEnvironment.AllowList(inherited)) with { Variables = variables };
    }

    private static void WriteLimits(ref MessagePackWriter writer, CommandLimits limits)
    {
        writer.WriteArrayHeader(6);
        writer.Write(limits.Memory);
        writer.Write(limits.ProcessorTime);
        writer.Write(limits.Processes);
        writer.Write(limits.Descriptors);
        writer.Write(limits.FileSize);
        writer.Write(limits.Output);
    }

    private static CommandLimits ReadLimits(ref Fields fields) => new(Limit(ref fields), Limit(ref fields), Limit(ref fields), Limit(ref fields), Limit(ref fields), Limit(ref fields));

    private static long Limit(ref Fields fields) => fields.Number(0, long.MaxValue);

    private static void WriteSecret(ref MessagePackWriter writer, CommandSecret secret)
    {
        writer.WriteArrayHeader(4);
        writer.Write(secret.Name);
        writer.Write(secret.Value);
        writer.Write(secret.Host);
        writer.Write(secret.Port);
    }

    private static CommandSecret ReadSecret(ref Fields fields)
    {
        var (name, value, host, port) = (fields.Text(256), fields.Text(CommandSecret.MostLength), fields.Text(1024), fields.Int32());
        try
        {
            return new CommandSecret(name, value, host, port);
        }
        catch (ArgumentException e)
        {
            throw new WireFormatException($"A secret is not as it must be: {e.Message}");
        }
    }
}

using MessagePack;

namespace ActorBrowser.Cluster;

/// <summary>The task manager's questions, orders and pictures between nodes.</summary>
internal static class WatchCodecs
{
    private const int MostProcesses = 1_000_000;
    private const int MostRows = 10_000;

    internal static readonly MessageCodec[] All =
    [
        MessageCodec.Of<WatchProtocol.GetPicture>("watch", static (ref writer, _) => writer.WriteArrayHeader(0), static (ref _) => WatchProtocol.GetPicture.Instance),
        MessageCodec.Of<WatchProtocol.GiveOrder>("watch-order", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(2);
            writer.Write(message.Number);
            writer.Write((int)message.Order);
        }, static (ref fields) => new WatchProtocol.GiveOrder(fields.Number(long.MinValue, long.MaxValue), (ProcessOrder)fields.Int32(0, 7))),
        MessageCodec.Of<WatchProtocol.OrderTaken>("watch-taken", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(2);
            writer.Write(message.Taken);
            writer.Write(message.Sentence);
        }, static (ref fields) => new WatchProtocol.OrderTaken(fields.Flag(), fields.Text(4096))),
        MessageCodec.Of<Picture>("watch-picture", WritePicture, ReadPicture),
    ];

    private static void WritePicture(ref MessagePackWriter writer, Picture picture)
    {
        writer.WriteArrayHeader(7);
        writer.WriteMoment(picture.At);
        writer.WriteList(picture.Processes, WriteProcess);
        writer.WriteList(picture.Pools, static (ref writer, row) =>
        {
            writer.WriteArrayHeader(6);
            writer.Write(row.Role);
            writer.Write(row.Processes);
            writer.Write(row.Lent);
            writer.Write(row.Idle);
            writer.Write(row.Waiting);
            writer.Write(row.Problem);
        });
        writer.WriteList(picture.Fetches, static (ref writer, row) =>
        {
            writer.WriteArrayHeader(7);
            writer.Write(row.Id);
            writer.Write(row.Method);
            writer.Write(row.Url);
            writer.Write(row.Milliseconds);
            writer.Write(row.Status);
            writer.Write(row.Received);
            writer.Write(row.ProcessId);
        });
        writer.Write(picture.FetchCount);
        writer.WriteList(picture.Crashes, static (ref writer, row) =>
        {
            writer.WriteArrayHeader(7);
            writer.Write(row.Id);
            writer.Write(row.Role);
            writer.Write(row.ProcessId);
            writer.Write(row.Reason);
            writer.Write(row.Message);
            writer.Write(row.LastLine);
            writer.WriteMoment(row.EndedAt);
        });
        writer.WriteList(picture.Violations, static (ref writer, row) =>
        {
            writer.WriteArrayHeader(6);
            writer.Write(row.Number);
            writer.WriteMoment(row.At);
            writer.Write(row.Role);
            writer.Write(row.ProcessId);
            writer.Write(row.Call);
            writer.Write(row.Rule);
        });
    }

    private static Picture ReadPicture(ref Fields fields) => new(
        fields.Moment(),
        fields.List(ReadProcess, MostProcesses),
        fields.List(static (ref fields) => new PoolRow(fields.Text(), fields.Int32(), fields.Int32(), fields.Int32(), fields.Int32(), fields.Text()), MostRows),
        fields.List(static (ref fields) => new FetchRow(fields.Id(), fields.Text(), fields.Text(), fields.Number(0, long.MaxValue), fields.Int32(), fields.Number(0, long.MaxValue), fields.Int32()), MostRows),
        fields.Int32(0),
        fields.List(static (ref fields) => new CrashRow(fields.Text(), fields.Text(), fields.Int32(), fields.Text(), fields.Text(), fields.Text(), fields.Moment()), MostRows),
        fields.List(static (ref fields) => new ViolationRow(fields.Number(0, long.MaxValue), fields.Moment(), fields.Text(), fields.Int32(), fields.Text(), fields.Text()), MostRows));

    private static void WriteProcess(ref MessagePackWriter writer, ProcessRow row)
    {
        writer.WriteArrayHeader(18);
        writer.Write(row.Number);
        writer.Write(row.Parent);
        writer.Write(row.ProcessId);
        writer.Write(row.Role);
        writer.Write(row.Name);
        writer.Write(row.State);
        writer.Write(row.Image);
        writer.Write(row.Layers);
        writer.Write(row.OfLayers);
        writer.Write(row.Missing);
        writer.WriteOrNil(row.Processor is { } processor ? (long)Math.Round(processor * 1000) : null);
        writer.WriteOrNil(row.Memory);
        writer.Write(row.IsResident);
        writer.Write(row.InFlight);
        writer.Write(row.Queued);
        writer.WriteMoment(row.StartedAt);
        writer.Write(row.Restarts);
        writer.Write((int)row.Orders);
    }

    private static ProcessRow ReadProcess(ref Fields fields) => new(
        fields.Number(-uint.MaxValue, uint.MaxValue), fields.Number(-uint.MaxValue, uint.MaxValue), fields.Int32(0), fields.Text(), fields.Text(), fields.Text(), fields.Text(), fields.Int32(0), fields.Int32(0), fields.Text(),
        fields.NumberOrNull(0, long.MaxValue) / 1000.0, fields.NumberOrNull(0, long.MaxValue), fields.Flag(), fields.Int32(0), fields.Int32(0), fields.MomentOrNull(), fields.Int32(0), (ProcessOrder)fields.Int32(0, 7));
}

using System.Diagnostics;
using Google.Protobuf;

namespace ActorBrowser.TracingTests;

/// <summary>Reads the spans of an ExportTraceServiceRequest: the fields of opentelemetry-proto's trace.proto that the tests look at.</summary>
internal static class OtlpSpans
{
    internal static List<SeenSpan> Read(CodedInputStream request)
    {
        var spans = new List<SeenSpan>();
        Fields(request, (number, resourceSpans) =>
        {
            if (number == 1)
                Fields(Message(resourceSpans), (field, scopeSpans) =>
                {
                    if (field == 2)
                        Fields(Message(scopeSpans), (part, span) =>
                        {
                            if (part == 2)
                                spans.Add(Span(Message(span)));
                            else
                                span.SkipLastField();
                        });
                    else
                        scopeSpans.SkipLastField();
                });
            else
                resourceSpans.SkipLastField();
        });
        return spans;
    }

    private static SeenSpan Span(CodedInputStream from)
    {
        string trace = "", id = "", parent = "", name = "";
        int kind = 0, status = 0;
        DateTime start = default, end = default;
        var attributes = new Dictionary<string, object?>();
        Fields(from, (number, field) =>
        {
            switch (number)
            {
                case 1: trace = Hex(field.ReadBytes()); break;
                case 2: id = Hex(field.ReadBytes()); break;
                case 4: parent = Hex(field.ReadBytes()); break;
                case 5: name = field.ReadString(); break;
                case 6: kind = field.ReadEnum(); break;
                case 7: start = At(field.ReadFixed64()); break;
                case 8: end = At(field.ReadFixed64()); break;
                case 9: Attribute(Message(field), attributes); break;
                case 15:
                    Fields(Message(field), (part, of) =>
                    {
                        if (part == 3)
                            status = of.ReadEnum();
                        else
                            of.SkipLastField();
                    });
                    break;
                default: field.SkipLastField(); break;
            }
        });
        // SPAN_KIND_INTERNAL is 1.
        return new SeenSpan(name, trace, id, parent, (ActivityKind)(kind - 1), start, end, status == 2, attributes);
    }

    private static void Attribute(CodedInputStream from, Dictionary<string, object?> attributes)
    {
        var key = "";
        object? value = null;
        Fields(from, (number, field) =>
        {
            if (number == 1)
                key = field.ReadString();
            else
                Fields(Message(field), (kind, of) => value = kind switch { 1 => of.ReadString(), 2 => of.ReadBool(), 3 => of.ReadInt64(), 4 => of.ReadDouble(), _ => throw new InvalidDataException($"An AnyValue of kind {kind}.") });
        });
        attributes.Add(key, value);
    }

    private static void Fields(CodedInputStream from, Action<int, CodedInputStream> onField)
    {
        while (from.ReadTag() is not 0 and var tag)
            onField(WireFormat.GetTagFieldNumber(tag), from);
    }

    private static CodedInputStream Message(CodedInputStream from) => from.ReadBytes().CreateCodedInput();

    private static string Hex(ByteString bytes) => Convert.ToHexStringLower(bytes.Span);

    private static DateTime At(ulong nanoseconds) => DateTime.UnixEpoch.AddTicks((long)(nanoseconds / 100));
}

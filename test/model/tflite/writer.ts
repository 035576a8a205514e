export * from '../../../benchmark/tfliteFile/writer.ts'
